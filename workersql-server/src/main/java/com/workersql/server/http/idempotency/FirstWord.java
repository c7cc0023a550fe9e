// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.idempotency;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What a statement's first word says of it, which is enough to know what may run again and what a transaction takes back. */
final class FirstWord {
    /** Blanks and comments, but not those that servers execute. */
    private static final Pattern LEADING =
            Pattern.compile("(?:\\s|\\(|/\\*(?![!M]).*?\\*/|(?:--\\s|#)[^\\n]*(?:\\n|$))*+([A-Za-z]*)", Pattern.DOTALL);

    private static final Set<String> READS = Set.of("SELECT", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "VALUES", "TABLE");
    private static final Set<String> WRITES = Set.of("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH");

    private FirstWord() {}

    /** Whether the statement may run any number of times. */
    static boolean reads(String sql) {
        return READS.contains(of(sql));
    }

    /** Whether a rollback takes back all that the statement does. */
    static boolean writesRows(String sql) {
        return WRITES.contains(of(sql));
    }

    private static String of(String sql) {
        var matcher = LEADING.matcher(sql);
        return matcher.lookingAt() ? matcher.group(1).toUpperCase(Locale.ROOT) : "";
    }
}
