// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ReadmeExampleTest {
    @Test
    void theReadmeShowsTheTestedExample() throws IOException {
        String source = Files.readString(Path.of("src/test/java/com/workersql/breaker/ReadmeExample.java"));
        String shown = source.substring(source.indexOf("import "));

        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + shown + "```");
        assertThat(shown.lines().count()).isLessThanOrEqualTo(40);
    }

    @Test
    void shutsOffAShardThatLosesItsConnectionsButNotOneThatAnswersErrors() throws Exception {
        var example = new ReadmeExample();

        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> example.call(() -> {
                        throw new SQLException("Duplicate entry '1' for key 'PRIMARY'", "23000", 1062);
                    }))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(example.call(() -> "row")).isEqualTo("row");
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> example.call(() -> {
                        throw new SQLException("Lost connection", "08S01", 2013);
                    }))
                    .isInstanceOf(SQLException.class);
        }

        assertThatThrownBy(() -> example.call(() -> "row"))
                .isInstanceOf(BreakerOpenException.class)
                .hasMessageContaining("'db1:3306 as primary, call gate' is open");
    }
}
