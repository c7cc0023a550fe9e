// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeExampleIT {
    @Test
    void theReadmeShowsTheTestedExample() throws Exception {
        String source = Files.readString(Path.of("src/test/java/com/workersql/pool/ReadmeExample.java"));
        String shown = source.substring(source.indexOf("import "));

        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + shown + "```");
        assertThat(shown.lines().count()).isLessThanOrEqualTo(40);
    }

    @Test
    void runsAgainstAServer() throws Exception {
        try (var server = TestServer.start()) {
            assertThat(ReadmeExample.greet("127.0.0.1", server.endpoint().port(), "pool_app", "secret"))
                    .isEqualTo("hello 42");
        }
    }

    /** A setting that the README forgets, or makes up, is found here. */
    @Test
    void theReadmeNamesEverySetting() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        for (var method : PoolConfig.Builder.class.getDeclaredMethods()) {
            if (method.getReturnType() == PoolConfig.Builder.class) {
                assertThat(readme).contains("| `" + method.getName() + "` |");
            }
        }
    }
}
