// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.embedded.EmbeddedShard;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DoctorCommandIT {
    @TempDir
    private Path dir;

    @Test
    void saysForEachShardWhatItLacks() throws Exception {
        try (var shards = ShardFixture.start(ShardFixture.config(dir.resolve("data")))) {
            var config = config(shards);
            assertThat(run(config, 0)).isEqualTo("""
                    shard_0: changes can be followed
                    shard_1: changes can be followed
                    """);
            try (var admin = ShardFixture.admin(shards.shards().get(1))) {
                ShardFixture.run(admin, "SET GLOBAL binlog_row_metadata = MINIMAL");
            }
            assertThat(run(config, 1)).isEqualTo("""
                    shard_0: changes can be followed
                    shard_1: changes cannot be followed: binlog_row_metadata is MINIMAL, not FULL (SET GLOBAL binlog_row_metadata = 'FULL')
                    """);
        }
    }

    private static String run(Path config, int expectedCode) {
        var out = new StringWriter();
        int code = new CommandLine(new DoctorCommand(name -> null))
                .setOut(new PrintWriter(out, true))
                .execute("--config", config.toString());
        assertThat(code).isEqualTo(expectedCode);
        return out.toString().replace(System.lineSeparator(), "\n");
    }

    private Path config(EmbeddedShards shards) throws Exception {
        var yaml = new StringBuilder("shards:\n");
        for (EmbeddedShard shard : shards.shards()) {
            yaml.append("  ")
                    .append(shard.name())
                    .append(": { endpoints: [ { host: 127.0.0.1, port: ")
                    .append(shard.port())
                    .append(" } ], account: { user: ")
                    .append(shard.gateway().user())
                    .append(", password: '")
                    .append(shard.gateway().secret().text())
                    .append("' } }\n");
        }
        yaml.append("users_file: users.yaml\n");
        write("users.yaml", "users: { app: { password: '*0123456789ABCDEF0123456789ABCDEF01234567' } }\n");
        return write("gateway.yaml", yaml.toString());
    }

    private Path write(String name, String text) throws Exception {
        var file = Files.createFile(
                dir.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }
}
