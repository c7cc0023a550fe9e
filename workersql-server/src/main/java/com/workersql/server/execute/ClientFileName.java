// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import java.io.ByteArrayOutputStream;

/**
 * Finds the name of the client's file in a LOAD DATA LOCAL or LOAD XML LOCAL: a shard may ask for this file and for no other. What is
 * not read here with certainty is not found, and then the statement is not sent.
 */
final class ClientFileName {
    private static final byte[] INFILE = {'i', 'n', 'f', 'i', 'l', 'e'};
    private static final byte[] LOCAL = {'l', 'o', 'c', 'a', 'l'};

    private ClientFileName() {}

    /**
     * {@return the name as the server asks for it; null where it cannot be told, or the file is the server's own}
     *
     * @param sql the statement
     * @param noBackslashEscapes whether a backslash in a text is one
     */
    static byte[] of(byte[] sql, boolean noBackslashEscapes) {
        int at = behindWords(sql, true);
        while (at >= 0 && at < sql.length && isSpace(sql[at])) {
            at++;
        }
        return at >= 0 && at < sql.length && (sql[at] == '\'' || sql[at] == '"')
                ? literal(sql, at, noBackslashEscapes)
                : null;
    }

    /** Whether the statement loads a file of the server's own. */
    static boolean isServers(byte[] sql) {
        return behindWords(sql, true) < 0 && behindWords(sql, false) >= 0;
    }

    /** Behind the first LOCAL INFILE, or INFILE; in front of it there are only keywords and comments, which are skipped. */
    private static int behindWords(byte[] sql, boolean local) {
        boolean ready = !local;
        int at = 0;
        while (at < sql.length) {
            if (sql[at] == '/' && at + 1 < sql.length && sql[at + 1] == '*') {
                at = behindComment(sql, at + 2);
            } else if (sql[at] == '#' || sql[at] == '-' || sql[at] == '\'' || sql[at] == '"' || sql[at] == '`') {
                return -1;
            } else if (isLetter(sql[at])) {
                int end = at;
                while (end < sql.length && isLetter(sql[end])) {
                    end++;
                }
                if (is(INFILE, sql, at, end)) {
                    return ready ? end : -1;
                }
                ready |= is(LOCAL, sql, at, end);
                at = end;
            } else {
                at++;
            }
        }
        return -1;
    }

    private static int behindComment(byte[] sql, int from) {
        for (int at = from; at + 1 < sql.length; at++) {
            if (sql[at] == '*' && sql[at + 1] == '/') {
                return at + 2;
            }
        }
        return sql.length;
    }

    private static boolean is(byte[] word, byte[] sql, int from, int to) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if ((sql[from + i] | 0x20) != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] literal(byte[] sql, int open, boolean noBackslashEscapes) {
        var name = new ByteArrayOutputStream();
        for (int at = open + 1; at < sql.length; at++) {
            if (sql[at] == sql[open]) {
                if (at + 1 < sql.length && sql[at + 1] == sql[open]) {
                    at++;
                } else {
                    return name.toByteArray();
                }
            } else if (sql[at] == '\\' && !noBackslashEscapes) {
                // Others than these stand for characters that no name has, or are no escapes in some character set.
                if (at + 1 == sql.length || (sql[at + 1] != '\\' && sql[at + 1] != '\'' && sql[at + 1] != '"')) {
                    return null;
                }
                at++;
            }
            name.write(sql[at]);
        }
        return null;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static boolean isLetter(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_' || b < 0 || (b >= '0' && b <= '9');
    }
}
