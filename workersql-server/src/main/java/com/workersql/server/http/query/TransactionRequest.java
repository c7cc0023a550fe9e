// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a request says of a transaction.
 *
 * @param operation {@code BEGIN}, {@code COMMIT} or {@code ROLLBACK}; null when the path says it
 * @param transactionId the transaction that is meant; null for a new one
 * @param isolation the isolation level as SQL has it, or null for the shard's own
 * @param readOnly whether it may change nothing
 * @param unknownMembers names that mean nothing here
 */
public record TransactionRequest(
        String operation, String transactionId, String isolation, boolean readOnly, List<String> unknownMembers) {
    /** A request that says nothing. */
    static final TransactionRequest PLAIN = new TransactionRequest(null, null, null, false, List.of());

    /** Copies the list. */
    public TransactionRequest {
        unknownMembers = List.copyOf(unknownMembers);
    }

    /**
     * The statements that open such a transaction.
     *
     * @return one or two
     */
    public List<String> openingStatements() {
        var statements = new ArrayList<String>(2);
        if (isolation != null) {
            statements.add("SET TRANSACTION ISOLATION LEVEL " + isolation);
        }
        statements.add(readOnly ? "START TRANSACTION READ ONLY" : "BEGIN");
        return statements;
    }

    static TransactionRequest read(JsonParser parser) throws IOException, Refusal {
        String operation = null;
        String transactionId = null;
        String isolation = null;
        boolean readOnly = false;
        var unknown = new ArrayList<String>(0);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "operation" -> operation = operation(parser);
                case "transactionId" -> transactionId = text(parser, name);
                case "isolation" -> isolation = isolationLevel(text(parser, name));
                case "readOnly" -> readOnly = RequestMembers.flag(parser, name);
                default -> {
                    unknown.add(name);
                    parser.skipChildren();
                }
            }
        }
        return new TransactionRequest(operation, transactionId, isolation, readOnly, unknown);
    }

    private static String text(JsonParser parser, String name) throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Refusal.malformed("the member \"" + name + "\" must be a string");
        }
        return parser.getText();
    }

    private static String operation(JsonParser parser) throws IOException, Refusal {
        var operation = text(parser, "operation").toUpperCase(Locale.ROOT);
        return switch (operation) {
            case "BEGIN", "COMMIT", "ROLLBACK" -> operation;
            default -> throw Refusal.malformed("\"operation\" must be BEGIN, COMMIT or ROLLBACK");
        };
    }

    /**
     * An isolation level as SQL has it.
     *
     * @param name as a client wrote it
     * @return in upper case, with blanks
     * @throws Refusal when there is no such level
     */
    public static String isolationLevel(String name) throws Refusal {
        var level = name.toUpperCase(Locale.ROOT).replace('-', ' ').replace('_', ' ');
        return switch (level) {
            case "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE" -> level;
            default ->
                throw Refusal.malformed(
                        "\"isolation\" must be read uncommitted, read committed, repeatable read or serializable");
        };
    }
}
