// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One pass over the members of one JSON object. Used once, by one thread. */
final class RequestMembers {
    private final JsonParser parser;
    private final ParameterReader values;
    private final int maxTimeoutMillis;
    private final List<String> unknown = new ArrayList<>(0);
    private String type;
    private String id;
    private String sql;
    private QueryRequest.Bound parameters = QueryRequest.Positional.NONE;
    private int timeoutMillis;
    private boolean rowsAsArrays;
    private String transactionId;
    private String hints = "";
    private String table;
    private String from;

    /**
     * @param parser behind the brace of the object
     * @param text what the parser reads
     * @param maxTimeoutMillis the longest time that a request may give its statement
     */
    RequestMembers(JsonParser parser, String text, int maxTimeoutMillis) {
        this.parser = parser;
        this.values = new ParameterReader(parser, text);
        this.maxTimeoutMillis = maxTimeoutMillis;
    }

    RequestDocument read() throws IOException {
        var fault = ObjectMembers.read(parser, this::member);
        return new RequestDocument(
                type,
                id,
                sql == null ? null : hints + sql,
                parameters,
                timeoutMillis,
                rowsAsArrays,
                transactionId,
                table,
                from,
                unknown,
                fault);
    }

    private void member(String name) throws IOException, Refusal {
        switch (name) {
            case "type" -> type = string(name);
            case "id" -> id = values.json();
            case "sql" -> sql = string(name);
            case "params" -> parameters = values.read();
            case "timeout" -> timeoutMillis = timeout();
            case "rows" -> rowsAsArrays = rows();
            case "transactionId" -> transactionId = string(name);
            case "table" -> table = string(name);
            case "from" -> from = string(name);
            case "hints" -> hints = HintMembers.read(parser);
            default -> {
                if (unknown.size() < 10) {
                    unknown.add(name);
                }
                parser.skipChildren();
            }
        }
    }

    /** The current value of a member that is true or false. */
    static boolean flag(JsonParser parser, String name) throws IOException, Refusal {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw Refusal.malformed("the member \"" + name + "\" must be true or false");
        };
    }

    private String string(String name) throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Refusal.malformed("the member \"" + name + "\" must be a string");
        }
        return ParameterReader.wellFormed(name, parser.getText());
    }

    private int timeout() throws IOException, Refusal {
        boolean integer = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() == JsonParser.NumberType.INT;
        int millis = integer ? parser.getIntValue() : 0;
        if (millis < 1 || millis > maxTimeoutMillis) {
            throw Refusal.malformed("\"timeout\" is " + shown() + "; allowed are 1 to " + maxTimeoutMillis
                    + " milliseconds (the setting is http.max_statement_millis)");
        }
        return millis;
    }

    private boolean rows() throws IOException, Refusal {
        return switch (string("rows")) {
            case "object" -> false;
            case "array" -> true;
            default -> throw Refusal.malformed("\"rows\" is neither \"object\" nor \"array\"");
        };
    }

    private String shown() throws IOException {
        return parser.currentToken().isScalarValue() ? parser.getText() : "not a number";
    }
}
