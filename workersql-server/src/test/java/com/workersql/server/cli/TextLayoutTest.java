// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

final class TextLayoutTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void writesTimeLevelLoggerMessageAndKeys() {
        var event = event("it is {}", null, "so");
        event.addKeyValuePair(new KeyValuePair("shard", "shard_0"));

        assertThat(line(event)).matches("[-0-9T:.]+Z WARN  Thing it is so shard=shard_0\n");
    }

    @Test
    void keepsAnEventOnOneLineWhateverItHolds() {
        var event = event("a\nb\r\tc\u001b[31m", new IllegalStateException("x\ny", new RuntimeException("z")));

        assertThat(line(event))
                .endsWith("\n")
                .contains("a\\nb\\r\\tc\\u001b[31m")
                .contains("| java.lang.IllegalStateException: x\\ny")
                .contains("| java.lang.RuntimeException: z");
        assertThat(line(event).lines()).hasSize(1);
    }

    @Test
    void cutsALongMessage() {
        assertThat(line(event("x".repeat(5_000), null)))
                .contains("... (5000 characters)")
                .hasSizeLessThan(4_300);
    }

    private LoggingEvent event(String message, Throwable cause, Object... arguments) {
        return new LoggingEvent(
                "fqcn", context.getLogger("com.workersql.Thing"), Level.WARN, message, cause, arguments);
    }

    private static String line(LoggingEvent event) {
        return new TextLayout().doLayout(event);
    }
}
