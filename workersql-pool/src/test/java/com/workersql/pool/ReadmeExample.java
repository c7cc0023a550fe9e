// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

final class ReadmeExample {
    static String greet(String host, int port, String user, String password) throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        var key = new PoolKey(
                new Endpoint(host, port),
                BackendAccount.of(user, password, null),
                null,
                new CapabilityFlags(CapabilityFlags.CLIENT_DEPRECATE_EOF),
                TlsMode.DISABLED,
                45);
        try (var pool = BackendPool.create(
                PoolConfig.builder().maxConnectionsPerEndpoint(20).build())) {
            var client = PooledClient.builder(pool, key, loops).maxRows(1_000).build();
            return client.query("SELECT 40 + 2")
                    .thenCompose(sum -> client.execute("SELECT CONCAT(?, ' ', ?)", "hello", sum.singleValue()))
                    .thenApply(result -> (String) result.singleValue())
                    .toCompletableFuture()
                    .get();
        } finally {
            loops.shutdownGracefully();
        }
    }
}
