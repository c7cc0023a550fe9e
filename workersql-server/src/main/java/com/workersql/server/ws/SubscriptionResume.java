// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.http.query.ParameterReader;
import com.workersql.server.http.query.Refusal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client that connects again goes on with.
 *
 * @param token of its earlier socket
 * @param last the number of the last event of each subscription that it has got, by the subscription's name as JSON text
 */
record SubscriptionResume(String token, Map<String, Long> last) {
    private static final int MAX_SUBSCRIPTIONS = 10_000;

    /** Reads the object on which the parser stands. */
    static SubscriptionResume read(JsonParser parser, ParameterReader values, MessageValues read)
            throws IOException, Refusal {
        read.begin("resume");
        String token = null;
        var last = new LinkedHashMap<String, Long>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "token" -> token = read.text(name);
                case "last" -> last(parser, values, read, last);
                default -> parser.skipChildren();
            }
        }
        if (token == null) {
            throw Refusal.malformed("\"resume\" needs a \"token\"");
        }
        return new SubscriptionResume(token, last);
    }

    private static void last(JsonParser parser, ParameterReader values, MessageValues read, Map<String, Long> last)
            throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Refusal.malformed("\"last\" must be an array of objects with \"sub\" and \"seq\"");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            read.begin("last");
            String subscription = null;
            long sequence = 0;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "sub" -> subscription = values.json();
                    case "seq" -> sequence = read.number(name, 0, Long.MAX_VALUE);
                    default -> parser.skipChildren();
                }
            }
            if (!MessageMembers.isId(subscription) || last.size() == MAX_SUBSCRIPTIONS) {
                throw Refusal.malformed("\"last\" must hold objects with a \"sub\", each a name of a subscription");
            }
            last.put(subscription, sequence);
        }
    }
}
