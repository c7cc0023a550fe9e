// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.gateways;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What one gateway tells another whose session is to end: {@code {"session": 16777217, "queryOnly": true, "tenant": "acme"}}.
 *
 * @param session its id
 * @param queryOnly whether the session stays
 * @param tenant whose session asks; null, and no member, for a user without a tenant, who may end any
 */
public record KillOrder(int session, boolean queryOnly, String tenant) {
    /** The path of such orders. */
    public static final String PATH = "/v1/peers/kill";

    private static final JsonFactory JSON = new JsonFactory();

    /** The order as a JSON document. */
    byte[] json() {
        var out = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("session", session);
            json.writeBooleanField("queryOnly", queryOnly);
            if (tenant != null) {
                json.writeStringField("tenant", tenant);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Reads an order that a gateway has sealed.
     *
     * @param document a JSON document
     * @return never null
     * @throws IOException when it is none of an order, which a gateway of another version may have sent
     */
    public static KillOrder read(byte[] document) throws IOException {
        int session = 0;
        Boolean queryOnly = null;
        String tenant = null;
        try (var json = JSON.createParser(document)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is no object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "session" -> session = json.getIntValue();
                    case "queryOnly" -> queryOnly = json.getBooleanValue();
                    case "tenant" -> tenant = json.getText();
                    // What is not understood may be what narrows the order.
                    default -> throw new IOException("it has the unknown member " + name);
                }
            }
        }
        if (session <= 0 || queryOnly == null) {
            throw new IOException("session or queryOnly are missing");
        }
        return new KillOrder(session, queryOnly, tenant);
    }
}
