// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.query.Refusal;
import java.util.HashMap;
import java.util.Map;

/**
 * The statements that a socket's client has prepared: their texts, under the stream and the number that the client gave them. A
 * shard's connection prepares such a text when it first meets it. Confined to the socket's event loop.
 */
final class PreparedTexts {
    private static final int TOO_MANY = 1461;
    private static final int UNKNOWN = 1243;

    private final int maxStatements;
    private final int maxChars;
    private final Map<Key, String> texts = new HashMap<>();
    private int chars;

    private record Key(int stream, int statement) {}

    /**
     * @param maxStatements how many of all streams there may be
     * @param maxChars how long they may be together
     */
    PreparedTexts(int maxStatements, int maxChars) {
        this.maxStatements = maxStatements;
        this.maxChars = maxChars;
    }

    boolean has(int stream, int statement) {
        return texts.containsKey(new Key(stream, statement));
    }

    void add(int stream, int statement, String sql) throws Refusal {
        if (texts.size() >= maxStatements) {
            throw new Refusal(GatewayError.refused(
                    TOO_MANY,
                    "42000",
                    "This socket has " + texts.size()
                            + " prepared statements, which is all it may have (max_statements)"));
        }
        if (chars + sql.length() > maxChars) {
            throw new Refusal(GatewayError.refused(
                    TOO_MANY,
                    "42000",
                    "The prepared statements of this socket would be longer than " + maxChars
                            + " characters (max_message_bytes)"));
        }
        texts.put(new Key(stream, statement), sql);
        chars += sql.length();
    }

    String get(int stream, int statement) throws Refusal {
        var sql = texts.get(new Key(stream, statement));
        if (sql == null) {
            throw new Refusal(new GatewayError(
                    UNKNOWN,
                    "HY000",
                    "Stream " + stream + " has no prepared statement " + statement,
                    ErrorClass.SEMANTIC,
                    Outcome.NOT_EXECUTED));
        }
        return sql;
    }

    void remove(int stream, int statement) {
        var sql = texts.remove(new Key(stream, statement));
        chars -= sql == null ? 0 : sql.length();
    }

    /** The stream is closed. */
    void removeAll(int stream) {
        texts.entrySet().removeIf(entry -> {
            boolean own = entry.getKey().stream() == stream;
            chars -= own ? entry.getValue().length() : 0;
            return own;
        });
    }
}
