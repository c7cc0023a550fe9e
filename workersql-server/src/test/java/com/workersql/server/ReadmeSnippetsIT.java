// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeSnippetsIT {
    @Test
    void everyJavaSnippetOfTheRootReadmeIsCodeThatWasCompiled() throws IOException {
        String code = withoutSpace(Files.readString(Path.of("src/test/java/com/workersql/server/ReadmeSnippets.java")));
        var blocks = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../README.md")));
        int found = 0;
        while (blocks.find()) {
            found++;
            assertThat(code).contains(withoutSpace(blocks.group(1)));
        }
        assertThat(found).isEqualTo(3);
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }

    @Test
    void theSnippetsDoWhatTheReadmeSays(@TempDir Path dataDir) throws Exception {
        assertThat(ReadmeSnippets.gatewayInProcess(dataDir)).isEqualTo("acme");
        assertThat(ReadmeSnippets.route()).isEqualTo("shard_1");
        assertThat(ReadmeSnippets.breaker()).isTrue();
    }
}
