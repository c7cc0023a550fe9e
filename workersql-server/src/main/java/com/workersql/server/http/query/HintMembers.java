// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * The member {@code hints} of a request, put into the words in which the router reads them: a comment before the statement. Used
 * once, by one thread.
 */
public final class HintMembers {
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    /** What can stand between quotes in a comment, and means itself there. */
    private static final Pattern KEY = Pattern.compile("[^'\\\\*\\p{Cntrl}]{1,200}");

    private String consistency;
    private int boundedMillis = -1;
    private final StringBuilder words = new StringBuilder();

    /** No hints. */
    public HintMembers() {}

    /**
     * Reads the current value, an object of hints.
     *
     * @param parser stands on the value
     * @return the comment, with a blank behind it; empty without hints
     * @throws IOException when it is no JSON, or over a limit
     * @throws Refusal when a hint is unknown, or its value cannot be accepted
     */
    public static String read(JsonParser parser) throws IOException, Refusal {
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

    /**
     * Takes a hint.
     *
     * @param name as {@code hints} has it
     * @param parser stands on its value
     * @throws IOException when it is no JSON, or over a limit
     * @throws Refusal when the hint is unknown, or its value cannot be accepted
     */
    public void add(String name, JsonParser parser) throws IOException, Refusal {
        switch (name) {
            case "consistency" -> consistency = text(name, parser);
            case "boundedMs" -> boundedMillis = millis(name, parser);
            case "cacheTtl" ->
                words.append("cache_ttl=").append(millis(name, parser)).append(' ');
            case "shardKey" -> words.append("shard_key=").append(key(parser)).append(' ');
            case "shard" -> {
                var shard = text(name, parser);
                if (!SHARD.matcher(shard).matches()) {
                    throw Refusal.malformed("the hint \"shard\" is no name of a shard");
                }
                words.append("shard=").append(shard).append(' ');
            }
            default ->
                throw Refusal.unsupported("the hint \"" + name
                        + "\" is not supported; there are consistency, boundedMs, shardKey, shard and cacheTtl");
        }
    }

    private static String text(String name, JsonParser parser) throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Refusal.malformed("the hint \"" + name + "\" must be a string");
        }
        return parser.getText();
    }

    private static int millis(String name, JsonParser parser) throws IOException, Refusal {
        boolean integer = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() == JsonParser.NumberType.INT;
        int millis = integer ? parser.getIntValue() : -1;
        if (millis < 0 || millis > 999_999_999) {
            throw Refusal.malformed("the hint \"" + name + "\" must be a number of milliseconds, 0 to 999999999");
        }
        return millis;
    }

    private static String key(JsonParser parser) throws IOException, Refusal {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getText().length() <= 20) {
            return parser.getText();
        }
        if (parser.currentToken() == JsonToken.VALUE_STRING
                && KEY.matcher(parser.getText()).matches()) {
            return "'" + parser.getText() + "'";
        }
        throw Refusal.malformed(
                "the hint \"shardKey\" must be an integer, or a string without ' \\\\ * and control characters");
    }

    /**
     * The comment.
     *
     * @return with a blank behind it; empty without hints
     * @throws Refusal when hints contradict each other
     */
    public String comment() throws Refusal {
        var fresh = freshness();
        var all = (fresh + words).strip();
        return all.isEmpty() ? "" : "/*+ " + all + " */ ";
    }

    private String freshness() throws Refusal {
        if (consistency == null) {
            if (boundedMillis >= 0) {
                throw Refusal.malformed("the hint \"boundedMs\" is for \"consistency\": \"bounded\"");
            }
            return "";
        }
        return switch (consistency) {
            case "strong" -> "strong ";
            case "bounded" -> {
                if (boundedMillis < 0) {
                    throw Refusal.malformed("\"consistency\": \"bounded\" needs the hint \"boundedMs\"");
                }
                yield "bounded=" + boundedMillis + " ";
            }
            case "cached" -> "weak ";
            default -> throw Refusal.malformed("\"consistency\" is neither strong nor bounded nor cached");
        };
    }
}
