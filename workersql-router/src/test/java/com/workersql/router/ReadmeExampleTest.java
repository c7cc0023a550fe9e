// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeExampleTest {

    private final ReadmeExample example = new ReadmeExample();

    @Test
    void theReadmeShowsTheTextOfThisExample() throws IOException {
        String source = Files.readString(Path.of("src/test/java/com/workersql/router/ReadmeExample.java"));
        String shown = source.substring(source.indexOf("import ")).strip();
        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + shown + "\n```");
        assertThat(shown.lines().count()).isLessThanOrEqualTo(40);
    }

    @Test
    void theExampleDoesWhatTheReadmeSays() {
        assertThat(example.route("acme", "acme", "SELECT * FROM t")).isEqualTo("run on shard_0");
        assertThat(example.route("globex", "globex_db", "UPDATE t SET a = 1")).isEqualTo("run on shard_1");
        assertThat(example.route("acme", "acme", "SELECT * FROM globex_db.t"))
                .isEqualTo("refuse with 1142: SELECT command denied to this user for table 'globex_db.t'");
        assertThat(example.route(null, null, "SELECT * FROM orders WHERE customer_id = 1"))
                .isEqualTo("run on shard_1");
        assertThat(example.route(null, null, "DELETE FROM countries")).isEqualTo("run on each of [shard_0, shard_1]");
        assertThat(example.route(null, null, "SELECT * FROM orders"))
                .isEqualTo("run on each of [shard_0, shard_1] and merge");
        assertThat(example.route(null, null, "DELETE FROM orders"))
                .isEqualTo("refuse with 1235: This gateway doesn't yet support"
                        + " 'DELETE of orders without its key customer_id equal to one value'");
        assertThat(example.route("acme", "acme", "COMMIT")).isEqualTo("do here: Commit[chain=false, release=false]");
    }
}
