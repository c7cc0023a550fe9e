// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.router.ParameterValue;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/** Reads the values of a statement's placeholders out of a request in JSON. Used by one thread. */
public final class ParameterReader {
    /** The most placeholders that a statement can have, by the protocol. */
    static final int MAX_PARAMETERS = 65_535;

    private static final BigInteger MAX_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final JsonParser parser;
    private final String text;

    /**
     * A reader.
     *
     * @param parser stands on a value whenever a method is called
     * @param text what the parser reads
     */
    public ParameterReader(JsonParser parser, String text) {
        this.parser = parser;
        this.text = text;
    }

    /**
     * Reads the current value: an array for {@code ?}, an object for {@code :name}.
     *
     * @return never null
     * @throws IOException when it is no JSON, or over a limit
     * @throws Refusal when there are too many, or one cannot be a value
     */
    public QueryRequest.Bound read() throws IOException, Refusal {
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

    /**
     * The current value as its sender wrote it, so that no digit of it changes.
     *
     * @return JSON text
     * @throws IOException when it is no JSON, or over a limit
     */
    public String json() throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        if (parser.currentToken().isStructStart()) {
            parser.skipChildren();
        } else {
            parser.finishToken();
        }
        return text.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    /**
     * Refuses half characters: MySQL's utf8mb4 has none, and to put something in their place would change what is stored.
     *
     * @param name what holds the text
     * @param value the text
     * @return the text
     * @throws Refusal when it holds half of a surrogate pair
     */
    public static String wellFormed(String name, String value) throws Refusal {
        // A code point that is still a surrogate has no partner.
        boolean halves = value.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        if (halves) {
            throw Refusal.malformed("\"" + name + "\" holds half of a surrogate pair, which is no character");
        }
        return value;
    }
}
