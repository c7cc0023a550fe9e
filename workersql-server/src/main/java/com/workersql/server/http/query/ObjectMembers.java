// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.error.GatewayError;
import java.io.IOException;

/** Reads an object to its end whatever is wrong with one of its members, so that who sent it is told under the id that it has. */
public final class ObjectMembers {
    private ObjectMembers() {}

    /** Takes the members. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads one member; the parser stands on its value.
         *
         * @param name the member's name
         * @throws IOException when it is no JSON, or over a limit
         * @throws Refusal when it cannot be accepted; what is left of it is passed over
         */
        void member(String name) throws IOException, Refusal;
    }

    /**
     * Reads all members.
     *
     * @param parser behind the brace of the object; afterwards at its end
     * @param reader takes each member
     * @return the first refusal's error; null without any
     * @throws IOException when it is no JSON, or over a limit
     */
    public static GatewayError read(JsonParser parser, Reader reader) throws IOException {
        GatewayError fault = null;
        var own = parser.getParsingContext();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            try {
                reader.member(name);
            } catch (Refusal e) {
                fault = fault == null ? e.error() : fault;
                while (parser.getParsingContext() != own) {
                    parser.nextToken();
                }
            }
        }
        return fault;
    }
}
