// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One pass over the members of a request for several statements. Used once, by one thread. */
final class BatchMembers {
    /** The most statements of one request. */
    static final int MAX_QUERIES = 1_000;

    private final JsonParser parser;
    private final String text;
    private final int maxTimeoutMillis;
    private final List<BatchRequest.Item> queries = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>(0);

    BatchMembers(JsonParser parser, String text, int maxTimeoutMillis) {
        this.parser = parser;
        this.text = text;
        this.maxTimeoutMillis = maxTimeoutMillis;
    }

    BatchRequest read() throws IOException, Refusal {
        boolean transaction = false;
        boolean stopOnError = true;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "queries", "batch" -> queries();
                case "transaction" -> transaction = RequestMembers.flag(parser, name);
                case "stopOnError" -> stopOnError = RequestMembers.flag(parser, name);
                default -> {
                    unknown.add(name);
                    parser.skipChildren();
                }
            }
        }
        if (queries.isEmpty()) {
            throw Refusal.malformed("the member \"queries\" is missing or empty");
        }
        return new BatchRequest(queries, transaction, stopOnError || transaction, unknown);
    }

    private void queries() throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.START_ARRAY || !queries.isEmpty()) {
            throw Refusal.malformed("\"queries\" must be one array of objects");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw Refusal.malformed("\"queries\" must hold objects");
            }
            if (queries.size() == MAX_QUERIES) {
                throw Refusal.malformed("\"queries\" has more than " + MAX_QUERIES + " statements");
            }
            queries.add(query());
        }
    }

    private BatchRequest.Item query() throws IOException, Refusal {
        try {
            var document = new RequestMembers(parser, text, maxTimeoutMillis).read();
            if (document.transactionId() != null) {
                throw Refusal.malformed("\"transactionId\" belongs to a request of its own");
            }
            unknown.addAll(document.unknownMembers());
            return new BatchRequest.Item(document.id(), document.query());
        } catch (Refusal e) {
            throw new Refusal(e.error()
                    .withMessage("statement " + (queries.size() + 1) + ": "
                            + e.error().message()));
        }
    }
}
