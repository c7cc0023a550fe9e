// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.http.query.Refusal;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The small documents of administration. */
final class AdminJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private AdminJson() {}

    /** Writes a document. */
    @FunctionalInterface
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    /** An object with this content. */
    static String object(Content content) {
        var text = new StringWriter();
        try (var json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** A member that is left out where it has no value. */
    static void optional(JsonGenerator json, String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /**
     * The members of an object whose values are texts, or true or false as texts.
     *
     * @param body the object; only read
     * @param allowed the members that there are
     */
    static Map<String, String> members(ByteBuf body, List<String> allowed) throws Refusal {
        var members = new HashMap<String, String>();
        try (var json = FACTORY.createParser(body.toString(StandardCharsets.UTF_8))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Refusal.malformed("the body must be a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                var value = json.nextToken();
                if (!allowed.contains(name)) {
                    throw Refusal.malformed("unknown member \"" + name + "\"; allowed are " + allowed);
                }
                if (value != JsonToken.VALUE_STRING && !value.isBoolean()) {
                    throw Refusal.malformed("the member \"" + name + "\" must be a text, or true or false");
                }
                if (members.put(name, json.getText()) != null) {
                    throw Refusal.malformed("the member \"" + name + "\" is there twice");
                }
            }
            if (json.nextToken() != null) {
                throw Refusal.malformed("something follows the JSON object");
            }
        } catch (IOException e) {
            throw Refusal.malformed("the body is no JSON object");
        }
        return members;
    }
}
