// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Starts embedded shards, prints the pids of their servers, and runs until it is killed or its input ends. */
final class OtherGatewayMain {
    private OtherGatewayMain() {}

    public static void main(String[] args) throws IOException {
        var config = ShardFixture.config(Path.of(args[0])).withServer(Path.of(args[1]));
        var shards = EmbeddedShards.start(config, ShardListener.NONE);
        System.out.println(shards.shards().stream()
                .map(shard -> Long.toString(shards.server(shard.name()).serverPid()))
                .collect(Collectors.joining(" ")));
        System.exit(System.in.read() < 0 ? 0 : 1);
    }
}
