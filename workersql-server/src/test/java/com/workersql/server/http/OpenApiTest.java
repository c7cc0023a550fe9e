// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    @Test
    void describesEveryPathThatThereIsAndNoOther() {
        try (var door = TestDoor.withAdministration()) {
            assertThat(Contract.operations()).containsExactlyInAnyOrderElementsOf(door.operations());
        }
    }

    @Test
    void hasNoAdministrationWhereNoneIsConfigured() {
        try (var door = new TestDoor()) {
            assertThat(door.operations()).isNotEmpty().noneMatch(operation -> operation.contains("/admin/"));
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
