// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    @Test
    void describesEveryPathThatThereIsAndNoOther() {
        try (var door = new TestDoor()) {
            var described = new TreeSet<>(Contract.operations());
            // This door has no administration, which is there only where it is configured.
            described.removeIf(operation -> operation.contains("/admin/"));

            assertThat(described).containsExactlyInAnyOrderElementsOf(door.operations());
        }
    }

    @Test
    void isServed() {
        try (var door = new TestDoor()) {
            assertThat(door.get("/openapi.json").received())
                    .contains("HTTP/1.1 200")
                    .contains("content-type: application/json\r\n")
                    .contains("\"openapi\": \"3.1.0\"");
        }
    }

    @Test
    void namesEachOperationOnceAndDescribesItsParameters() {
        var ids = new HashSet<String>();
        Contract.document()
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().forEach(operation -> {
                    assertThat(ids.add(operation.get("operationId").asText())).isTrue();
                    boolean named = path.getKey().contains("{");
                    boolean described = operation.get("parameters").toString().contains("\"in\":\"path\"");
                    assertThat(described).as(path.getKey()).isEqualTo(named);
                }));
    }
}
