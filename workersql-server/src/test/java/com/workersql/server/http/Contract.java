// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The description of the API that the gateway serves, as the judge of its answers. Schemas of OpenAPI 3.1 are JSON Schema 2020-12. */
public final class Contract {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final JsonNode DOCUMENT = read();
    private static final Map<JsonNode, JsonSchema> KNOWN = new ConcurrentHashMap<>();

    private Contract() {}

    private static JsonNode read() {
        try (var in = HttpDoor.class.getResourceAsStream("openapi.json")) {
            return MAPPER.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The methods and paths that are described, such as {@code GET /livez}. */
    static Set<String> operations() {
        var all = new TreeSet<String>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> all.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return all;
    }

    /** Whether the document itself is one of OpenAPI 3.1. */
    static JsonNode document() {
        return DOCUMENT;
    }

    /** Fails when an answer is not as it is described. */
    public static void check(String method, String target, int status, String contentType, String body) {
        var operation = operation(method, target.replaceAll("\\?.*", ""));
        if (operation == null) {
            assertThat(status).as("%s %s is not described", method, target).isIn(404, 405);
            return;
        }
        var responses = operation.get("responses");
        var response = responses.has(Integer.toString(status))
                ? responses.get(Integer.toString(status))
                : responses.get("default");
        assertThat(response).as("%s %s %d", method, target, status).isNotNull();
        var media = contentType.replaceAll(";.*", "");
        var content = response.path("content").get(media);
        assertThat(content).as("%s of %s %s %d", media, method, target, status).isNotNull();
        if (!media.endsWith("json") || media.equals("application/x-ndjson")) {
            return;
        }
        var schema = KNOWN.computeIfAbsent(content.get("schema"), Contract::schema);
        try {
            assertThat(schema.validate(MAPPER.readTree(body)))
                    .as("%s %s %d: %s", method, target, status, body)
                    .isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(body, e);
        }
    }

    private static JsonSchema schema(JsonNode of) {
        var whole = MAPPER.createObjectNode();
        whole.set("allOf", MAPPER.createArrayNode().add(of));
        whole.set("components", DOCUMENT.get("components"));
        return SCHEMAS.getSchema(whole);
    }

    private static JsonNode operation(String method, String path) {
        for (var described : DOCUMENT.get("paths").properties()) {
            var pattern = described.getKey().replace(".", "\\.").replaceAll("\\{[a-z]+}", "[^/]+");
            if (path.matches(pattern)) {
                return described.getValue().get(method.toLowerCase(Locale.ROOT));
            }
        }
        return null;
    }
}
