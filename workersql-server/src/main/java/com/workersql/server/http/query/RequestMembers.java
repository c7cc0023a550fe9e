// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.router.ParameterValue;
import com.workersql.server.error.GatewayError;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** One pass over the members of one JSON object. Used once, by one thread. */
final class RequestMembers {
    /** The most placeholders that a statement can have, by the protocol. */
    static final int MAX_PARAMETERS = 65_535;

    private static final BigInteger MAX_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final JsonParser parser;
    private final String text;
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
    private GatewayError fault;
    private JsonStreamContext own;

    /**
     * @param parser behind the brace of the object
     * @param text what the parser reads
     * @param maxTimeoutMillis the longest time that a request may give its statement
     */
    RequestMembers(JsonParser parser, String text, int maxTimeoutMillis) {
        this.parser = parser;
        this.text = text;
        this.maxTimeoutMillis = maxTimeoutMillis;
    }

    RequestDocument read() throws IOException {
        own = parser.getParsingContext();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            try {
                member(name);
            } catch (Refusal e) {
                fault = fault == null ? e.error() : fault;
                skipRest();
            }
        }
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

    /** Goes on to the end of the member in which a refusal came up. */
    private void skipRest() throws IOException {
        while (parser.getParsingContext() != own) {
            parser.nextToken();
        }
    }

    private void member(String name) throws IOException, Refusal {
        switch (name) {
            case "type" -> type = string(name);
            case "id" -> id = json();
            case "sql" -> sql = string(name);
            case "params" -> parameters = parameters();
            case "timeout" -> timeoutMillis = timeout();
            case "rows" -> rowsAsArrays = rows();
            case "transactionId" -> transactionId = string(name);
            case "table" -> table = string(name);
            case "from" -> from = string(name);
            case "hints" -> hints = hints();
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
        return wellFormed(name, parser.getText());
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

    private String hints() throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw Refusal.malformed("\"hints\" must be an object");
        }
        var hints = new HintMembers();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            hints.add(name, parser);
        }
        return hints.comment();
    }

    private QueryRequest.Bound parameters() throws IOException, Refusal {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            var values = new ArrayList<ParameterValue>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                checkCount(values.size());
                values.add(value());
            }
            return new QueryRequest.Positional(values);
        }
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            var values = new LinkedHashMap<String, ParameterValue>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                checkCount(values.size());
                var name = parser.currentName();
                parser.nextToken();
                values.put(name, value());
            }
            return new QueryRequest.Named(values);
        }
        throw Refusal.malformed("\"params\" must be an array or an object");
    }

    private void checkCount(int count) throws Refusal {
        if (count == MAX_PARAMETERS) {
            throw Refusal.malformed("\"params\" has more than " + MAX_PARAMETERS + " values");
        }
    }

    private ParameterValue value() throws IOException, Refusal {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> new ParameterValue.Null();
            case VALUE_TRUE -> new ParameterValue.SignedInteger(1);
            case VALUE_FALSE -> new ParameterValue.SignedInteger(0);
            case VALUE_STRING -> new ParameterValue.Text(wellFormed("params", parser.getText()));
            case VALUE_NUMBER_INT -> integer(parser.getText());
            case VALUE_NUMBER_FLOAT -> fraction(parser.getText());
            default -> new ParameterValue.Text(json());
        };
    }

    private ParameterValue integer(String digits) {
        if (digits.length() <= 18) {
            return new ParameterValue.SignedInteger(Long.parseLong(digits));
        }
        var value = new BigInteger(digits);
        if (value.bitLength() <= 63) {
            return new ParameterValue.SignedInteger(value.longValue());
        }
        return value.signum() > 0 && value.compareTo(MAX_UNSIGNED) <= 0
                ? new ParameterValue.UnsignedInteger(value.longValue())
                : new ParameterValue.Decimal(digits);
    }

    private ParameterValue fraction(String number) throws Refusal {
        if (number.indexOf('e') < 0 && number.indexOf('E') < 0) {
            return new ParameterValue.Decimal(number);
        }
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value)) {
            throw Refusal.malformed("the parameter " + number + " is beyond the range of DOUBLE");
        }
        return new ParameterValue.FloatingPoint(value);
    }

    /** The current value as its sender wrote it, so that no digit of it changes. */
    private String json() throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        if (parser.currentToken().isStructStart()) {
            parser.skipChildren();
        } else {
            parser.finishToken();
        }
        return text.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    private String shown() throws IOException {
        return parser.currentToken().isScalarValue() ? parser.getText() : "not a number";
    }

    /** MySQL's utf8mb4 has no surrogates, and to put something in their place would change what is stored. */
    private String wellFormed(String name, String value) throws Refusal {
        // A code point that is still a surrogate has no partner.
        boolean halves = value.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        if (halves) {
            throw Refusal.malformed("\"" + name + "\" holds half of a surrogate pair, which is no character");
        }
        return value;
    }
}
