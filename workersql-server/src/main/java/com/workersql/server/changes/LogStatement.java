// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a statement in the log means for a follower of rows. The log is the server's: what stands in front of the first word are
 * comments of whoever wrote the statement.
 *
 * @param kind what it is
 * @param schema of the table that a TRUNCATE names; null when it names none
 * @param name of the table, or of the savepoint
 */
record LogStatement(Kind kind, String schema, String name) {
    /** The kinds of statements that matter. */
    enum Kind {
        BEGIN,
        COMMIT,
        ROLLBACK,
        SAVEPOINT,
        ROLLBACK_TO,
        XA_COMMIT,
        TRUNCATE,
        /** MySQL's CREATE TABLE ... SELECT, whose rows follow. */
        CREATE_WITH_ROWS,
        /** Changes rows, without telling which. */
        CHANGE,
        OTHER
    }

    private static final Pattern TOKEN = Pattern.compile(
            "\\s+|--[\\s][^\\n]*|#[^\\n]*|/\\*(?![!M])(?s:.*?)\\*/|/\\*M?!\\d*|\\*/|(`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\"|[^\\s`\"./*]+|.)");
    private static final int MAX_TOKENS = 6;

    /** DELETE FROM schema . table */
    private static final int WHOLE_TABLE_TOKENS = 5;

    static LogStatement of(String text) {
        var tokens = tokens(text);
        return switch (word(tokens, 0)) {
            case "BEGIN" -> plain(Kind.BEGIN);
            case "START" -> plain(word(tokens, 1).equals("TRANSACTION") ? Kind.BEGIN : Kind.OTHER);
            case "COMMIT" -> plain(Kind.COMMIT);
            case "ROLLBACK" -> word(tokens, 1).equals("TO") ? rollbackTo(tokens) : plain(Kind.ROLLBACK);
            case "SAVEPOINT" -> new LogStatement(Kind.SAVEPOINT, null, name(tokens, 1));
            case "XA" ->
                plain(
                        switch (word(tokens, 1)) {
                            case "START", "BEGIN" -> Kind.BEGIN;
                            case "COMMIT" -> Kind.XA_COMMIT;
                            case "ROLLBACK" -> Kind.ROLLBACK;
                            default -> Kind.OTHER;
                        });
            case "CREATE" ->
                plain(text.stripTrailing().endsWith("START TRANSACTION") ? Kind.CREATE_WITH_ROWS : Kind.OTHER);
            case "TRUNCATE" -> truncate(tokens, word(tokens, 1).equals("TABLE") ? 2 : 1);
            // A server that starts tells so that its MEMORY tables are empty.
            case "DELETE" -> tokens.size() == WHOLE_TABLE_TOKENS ? truncate(tokens, 2) : plain(Kind.CHANGE);
            case "INSERT", "UPDATE", "REPLACE", "LOAD", "WITH" -> plain(Kind.CHANGE);
            default -> plain(Kind.OTHER);
        };
    }

    private static LogStatement plain(Kind kind) {
        return new LogStatement(kind, null, null);
    }

    private static LogStatement rollbackTo(List<String> tokens) {
        return new LogStatement(
                Kind.ROLLBACK_TO, null, name(tokens, word(tokens, 2).equals("SAVEPOINT") ? 3 : 2));
    }

    private static LogStatement truncate(List<String> tokens, int at) {
        boolean qualified = word(tokens, at + 1).equals(".");
        return new LogStatement(
                Kind.TRUNCATE, qualified ? name(tokens, at) : null, name(tokens, qualified ? at + 2 : at));
    }

    private static List<String> tokens(String text) {
        return TOKEN.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(token -> token != null)
                .limit(MAX_TOKENS)
                .toList();
    }

    private static String word(List<String> tokens, int at) {
        return at < tokens.size() ? tokens.get(at).toUpperCase(Locale.ROOT) : "";
    }

    private static String name(List<String> tokens, int at) {
        if (at >= tokens.size()) {
            return "";
        }
        var token = tokens.get(at);
        char quote = token.charAt(0);
        boolean quoted = token.length() > 1 && (quote == '`' || quote == '"');
        return quoted ? token.substring(1, token.length() - 1).replace("" + quote + quote, "" + quote) : token;
    }
}
