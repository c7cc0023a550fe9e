// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.http.SocketGate;
import com.workersql.server.http.query.HintMembers;
import com.workersql.server.http.query.ParameterReader;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.TransactionRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads the values of members. The parser stands on a value when a method is called, and on its end behind that. */
final class MessageValues {
    private final JsonParser parser;
    private final int maxTimeoutMillis;

    MessageValues(JsonParser parser, int maxTimeoutMillis) {
        this.parser = parser;
        this.maxTimeoutMillis = maxTimeoutMillis;
    }

    String text(String name) throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Refusal.malformed("the member \"" + name + "\" must be a string");
        }
        return ParameterReader.wellFormed(name, parser.getText());
    }

    boolean flag(String name) throws Refusal {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw Refusal.malformed("the member \"" + name + "\" must be true or false");
        };
    }

    long number(String name, long min, long max) throws IOException, Refusal {
        boolean integer = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        long value = integer ? parser.getLongValue() : min - 1;
        if (value < min || value > max) {
            throw Refusal.malformed("the member \"" + name + "\" must be an integer from " + min + " to " + max);
        }
        return value;
    }

    /** The values of placeholders; once, and by the name that fits them. */
    QueryRequest.Bound parameters(String name, QueryRequest.Bound before, ParameterReader values)
            throws IOException, Refusal {
        boolean array = parser.currentToken() == JsonToken.START_ARRAY;
        if (before != null || (array && name.equals("named"))) {
            throw Refusal.malformed("values are either \"params\", an array, or \"named\", an object");
        }
        return values.read();
    }

    int timeout() throws IOException, Refusal {
        return (int) number("timeout_ms", 1, maxTimeoutMillis);
    }

    boolean rowsAsArrays() throws IOException, Refusal {
        return switch (text("row_format")) {
            case "array" -> true;
            case "object" -> false;
            default -> throw Refusal.malformed("\"row_format\" is neither \"array\" nor \"object\"");
        };
    }

    String isolation() throws IOException, Refusal {
        return TransactionRequest.isolationLevel(text("isolation"));
    }

    /** Fails unless the parser stands on an object. */
    void begin(String name) throws Refusal {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw Refusal.malformed("the member \"" + name + "\" must be an object");
        }
    }

    StreamOptions options() throws IOException, Refusal {
        begin("opts");
        String isolation = null;
        boolean readOnly = false;
        int timeoutMillis = 0;
        var hints = new HintMembers();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "isolation" -> isolation = isolation();
                case "readonly" -> readOnly = flag(name);
                case "shard_key" -> hints.add("shardKey", parser);
                case "timeout_ms" -> timeoutMillis = timeout();
                default -> parser.skipChildren();
            }
        }
        return new StreamOptions(isolation, readOnly, hints.comment(), timeoutMillis);
    }

    SocketGate.Proof.Password basic() throws IOException, Refusal {
        begin("basic");
        String user = null;
        String password = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "user" -> user = text(name);
                case "password" -> password = text(name);
                default -> parser.skipChildren();
            }
        }
        if (user == null || password == null) {
            throw Refusal.malformed("\"basic\" needs \"user\" and \"password\"");
        }
        return new SocketGate.Proof.Password(user, password.getBytes(StandardCharsets.UTF_8));
    }
}
