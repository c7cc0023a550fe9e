// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.temporal.ChronoUnit;

/**
 * One line of text for each event: time, level, logger, message, keys with values, cause. What came from a client cannot begin a
 * line or steer a terminal: control characters are written as escapes, and a long message is cut.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
    /** The longest message; the rest is cut. */
    static final int MAX_MESSAGE_CHARS = 4_096;

    private static final int MAX_FRAMES = 12;
    private static final int LEVEL_WIDTH = 5;

    @Override
    public String doLayout(ILoggingEvent event) {
        var line = new StringBuilder(160);
        line.append(event.getInstant().truncatedTo(ChronoUnit.MILLIS)).append(' ');
        var level = event.getLevel().toString();
        line.append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length()) + 1));
        var logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(' ');
        escape(line, event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs()
                    .forEach(pair -> escape(line.append(' ').append(pair.key).append('='), String.valueOf(pair.value)));
        }
        for (var cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
            append(line, cause);
        }
        return line.append('\n').toString();
    }

    private static void append(StringBuilder line, IThrowableProxy cause) {
        line.append(" | ").append(cause.getClassName()).append(": ");
        escape(line, String.valueOf(cause.getMessage()));
        var frames = cause.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
            line.append(' ').append(frames[i].getSTEAsString());
        }
    }

    private static void escape(StringBuilder line, String text) {
        int length = Math.min(text.length(), MAX_MESSAGE_CHARS);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        if (length < text.length()) {
            line.append("... (").append(text.length()).append(" characters)");
        }
    }
}
