// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShardServerTest {
    @TempDir
    Path dir;

    @Test
    void keepsOneOldLogWhenALogHasGrownLarge() throws IOException {
        var log = dir.resolve("server.log");
        Files.writeString(dir.resolve("server.log.1"), "older");
        Files.writeString(log, "12345");

        ShardServer.setAsideWhenLarge(log, 4);

        assertThat(log).doesNotExist();
        assertThat(dir.resolve("server.log.1")).hasContent("12345");
    }

    @Test
    void leavesASmallLogAsItIs() throws IOException {
        var log = dir.resolve("server.log");
        Files.writeString(log, "12345");

        ShardServer.setAsideWhenLarge(log, 5);

        assertThat(log).hasContent("12345");
    }
}
