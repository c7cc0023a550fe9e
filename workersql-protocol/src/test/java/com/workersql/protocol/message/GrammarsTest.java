// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.binlog.BinlogEvent;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.server.ServerMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a message's Javadoc has to say is there: its grammar, the capabilities that change it, the page that it comes from. */
class GrammarsTest {
    private static final Pattern CAPABILITY = Pattern.compile("CapabilityFlags\\.((?:CLIENT|MARIADB|MULTI)_\\w+)");

    static Stream<Class<?>> messages() {
        return Stream.of(ClientMessage.class, ServerMessage.class, BinlogEvent.class)
                .flatMap(GrammarsTest::leaves);
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(GrammarsTest::leaves)
                : Stream.of(type);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void saysItsGrammarItsCapabilitiesAndItsPage(Class<?> message) throws IOException {
        String source =
                Files.readString(Path.of("src/main/java", message.getName().replace('.', '/') + ".java"));
        int start = source.indexOf("/**");
        int end = source.indexOf("*/", start);
        String javadoc = source.substring(start, end);
        String code = source.substring(end).replaceAll("(?s)/\\*\\*.*?\\*/", "");
        List<String> capabilities =
                CAPABILITY.matcher(code).results().map(used -> used.group(1)).toList();

        assertThat(javadoc)
                .contains("<pre>{@code", "}</pre>")
                .containsPattern("Source: *(\\R \\* )?(dev\\.mysql|mariadb)\\.com");
        assertThat(capabilities).allSatisfy(used -> assertThat(javadoc).contains(used));
    }
}
