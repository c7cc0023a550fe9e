// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.collation;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The collation of a key column, as far as it decides which texts are equal. Texts that a server calls equal under the
 * collation have the same canonical bytes; some that it tells apart may have the same bytes too. A text of which this cannot
 * be said has none. Immutable, safe for any thread.
 */
public final class Collation {

    /** What a column without a declared collation gets: printable ASCII in lower case, and nothing else. */
    public static final Collation UNDECLARED = new Collation("undeclared", Kind.ASCII, null);

    /** Collations under which folding printable ASCII to lower case, without trailing spaces, never folds too little. */
    private static final Pattern ASCII = Pattern.compile("(ascii|latin1|utf8|utf8mb3|utf8mb4)_(general_ci|unicode_ci"
            + "|unicode_520_ci|0900_ai_ci|0900_as_ci|0900_as_cs|uca1400_ai_ci|uca1400_as_ci|uca1400_as_cs)");

    private static final Pattern EXACT = Pattern.compile("binary|[a-z0-9]+_(bin|0900_bin|nopad_bin)");

    private final String name;
    private final Kind kind;
    private final WeightTable weights;

    private enum Kind {
        EXACT,
        ASCII,
        WEIGHTS
    }

    private Collation(String name, Kind kind, WeightTable weights) {
        this.name = name;
        this.kind = kind;
        this.weights = weights;
    }

    /**
     * {@return the collation of a name; empty where nothing is known of how it compares}
     *
     * @param name the name as servers write it, for example {@code utf8mb4_general_ci}
     */
    public static Optional<Collation> named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (EXACT.matcher(lower).matches()) {
            return Optional.of(new Collation(lower, Kind.EXACT, null));
        }
        WeightTable table = WeightTable.of(lower);
        if (table != null) {
            return Optional.of(new Collation(lower, Kind.WEIGHTS, table));
        }
        return ASCII.matcher(lower).matches() ? Optional.of(new Collation(lower, Kind.ASCII, null)) : Optional.empty();
    }

    /** {@return the name in lower case, or {@code undeclared}} */
    public String name() {
        return name;
    }

    /**
     * {@return the bytes to be hashed, or null where texts may be equal to this one of which nothing is known here}
     *
     * @param text the text
     */
    public byte[] canonical(String text) {
        return switch (kind) {
            case EXACT -> trimmed(text).getBytes(StandardCharsets.UTF_8);
            case ASCII -> folded(trimmed(text));
            case WEIGHTS -> weights.canonical(text);
        };
    }

    /**
     * {@return whether texts that a column's collation calls equal have the same bytes under this one, so that keys of the column
     * may be hashed by it}
     *
     * @param column the column's collation
     */
    public boolean covers(Collation column) {
        return equals(column) || column.kind == Kind.EXACT || kind == Kind.ASCII;
    }

    private static String trimmed(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    private static byte[] folded(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return null;
            }
        }
        return text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    }

    /** Two collations are equal where every text has the same bytes under both. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Collation collation && kind == collation.kind && weights == collation.weights;
    }

    @Override
    public int hashCode() {
        return kind.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
