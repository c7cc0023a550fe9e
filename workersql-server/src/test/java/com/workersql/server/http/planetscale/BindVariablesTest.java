// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The member {@code bindVariables} of {@code Execute}, which some clients send though they bind nothing. */
class BindVariablesTest {
    private final TestDoor door = new TestDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private void execute(String variables) {
        door.post(
                "/psdb.v1alpha1.Database/Execute",
                "{\"query\":\"SELECT 1\",\"bindVariables\":" + variables + ",\"session\":null}",
                "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}"})
    void mayBeNone(String variables) {
        execute(variables);
        assertThat(door.sessions().latest().sql()).isEqualTo("SELECT 1");
        door.sessions().latest().reply().ok(0, 0, 0);

        assertThat(door.received()).startsWith("HTTP/1.1 200 ").doesNotContain("\"error\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":{\"type\":\"INT64\",\"value\":\"MQ==\"}}", "[1]", "[]", "7"})
    void areRefusedWhereThereAreAny(String variables) {
        execute(variables);

        assertThat(door.received()).startsWith("HTTP/1.1 501 ").contains("\"error\":{", "bindVariables");
        assertThat(door.sessions().statements()).isEmpty();
    }
}
