// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.http.query.Refusal;
import java.io.IOException;

/**
 * The body of {@code Execute}.
 *
 * @param query the statement, with all values in its text
 * @param token names the session in which it runs; null for none
 */
record ExecuteRequest(String query, String token) {
    static ExecuteRequest read(JsonParser parser) throws IOException, Refusal {
        String query = null;
        String token = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "query" -> query = text(parser, name);
                case "session" -> token = token(parser);
                case "bindVariables" -> refuseValues(parser);
                default -> parser.skipChildren();
            }
        }
        if (query == null || query.isBlank()) {
            throw Refusal.malformed("the member \"query\" is missing or empty");
        }
        return new ExecuteRequest(query, token);
    }

    /** The clients of this protocol put values into the text; none, however it is spelled, is nothing to refuse. */
    private static void refuseValues(JsonParser parser) throws IOException, Refusal {
        boolean none = parser.currentToken() == JsonToken.VALUE_NULL
                || (parser.currentToken() == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.END_OBJECT);
        if (!none) {
            throw Refusal.unsupported("\"bindVariables\" are not taken here; POST /v1/query binds parameters");
        }
    }

    /** The session is whatever was answered last; of it, only the signature is of use. */
    private static String token(JsonParser parser) throws IOException, Refusal {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw Refusal.malformed("\"session\" must be what was answered last, or null");
        }
        String token = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            if (name.equals("signature")) {
                token = text(parser, name);
            } else {
                parser.skipChildren();
            }
        }
        return token == null || token.isEmpty() ? null : token;
    }

    private static String text(JsonParser parser, String name) throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Refusal.malformed("the member \"" + name + "\" must be a string");
        }
        return parser.getText();
    }
}
