// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.Locale;

/**
 * The parts of {@code sql_mode} that change how SQL text is read, or what is stored of a key.
 *
 * @param ansiQuotes double quotes enclose identifiers
 * @param noBackslashEscapes a backslash in a string is a character like any other
 * @param strict a value that does not fit its column is an error, and not changed until it fits
 * @param oracle {@code s.nextval} and {@code s.currval} ask a sequence rather than a column
 */
public record SqlModes(boolean ansiQuotes, boolean noBackslashEscapes, boolean strict, boolean oracle) {
    /** What a server does unless told otherwise. */
    public static final SqlModes DEFAULT = new SqlModes(false, false, true, false);

    /**
     * Reads a value of {@code sql_mode} as a server reports it, with the combined modes written out.
     *
     * @param value for example {@code STRICT_TRANS_TABLES,ANSI_QUOTES}
     * @return its parts
     */
    public static SqlModes parse(String value) {
        String modes = "," + value.toUpperCase(Locale.ROOT) + ",";
        return new SqlModes(
                modes.contains(",ANSI_QUOTES,"),
                modes.contains(",NO_BACKSLASH_ESCAPES,"),
                modes.contains(",STRICT_TRANS_TABLES,") || modes.contains(",STRICT_ALL_TABLES,"),
                modes.contains(",ORACLE,"));
    }
}
