// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

/**
 * What is logged, to standard error, one line for each event.
 *
 * @param format default {@link Format#TEXT}
 * @param level default {@link Level#INFO}, which is quiet: starting, stopping, and what somebody should look at
 */
public record LoggingConfig(Format format, Level level) {
    /** Text at level info. */
    public static final LoggingConfig DEFAULT = new LoggingConfig(Format.TEXT, Level.INFO);

    /** How a line looks. */
    public enum Format {
        /** For people. */
        TEXT,
        /** One JSON object. */
        JSON
    }

    /** The least important event that is logged. */
    public enum Level {
        /** What does not work. */
        ERROR,
        /** What somebody should look at. */
        WARN,
        /** What has changed. */
        INFO,
        /** What is going on. */
        DEBUG
    }
}
