// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionVariablesTest {
    private static final String RESULTS = "character_set_results";

    /** As a connection notes what is assigned on it: the latest assignment is last, and those that it has overwritten stay. */
    private static Map<String, String> applied(SessionVariables... one) {
        var applied = new LinkedHashMap<String, String>();
        for (var variables : one) {
            variables.assignments().forEach((name, value) -> {
                applied.remove(name);
                applied.put(name, value);
            });
        }
        return applied;
    }

    private static SessionVariables named(String names) {
        return SessionVariables.NONE.with(SessionVariables.NAMES, names);
    }

    @Test
    void aConnectionOnWhichTheyWereAssignedHasThem() {
        var wanted = named("utf8mb4").with(RESULTS, "NULL").with("sql_mode", "''");

        assertThat(wanted.areGivenBy(applied(wanted))).isTrue();
        assertThat(wanted.differenceFrom(applied(wanted))).isEmpty();
        assertThat(wanted.areGivenBy(Map.of())).isFalse();
        assertThat(SessionVariables.NONE.areGivenBy(Map.of())).isTrue();
    }

    @Test
    void theOrderOfWhatDoesNotOverwriteOneAnotherIsOfNoInterest() {
        var wanted = SessionVariables.NONE.with("sql_mode", "''").with(SessionVariables.NAMES, "latin1");
        var other = named("latin1").with("sql_mode", "''");

        assertThat(wanted.areGivenBy(applied(other))).isTrue();
    }

    /** SET NAMES has overwritten the results' character set there, of which the connection still has a note. */
    @Test
    void whatANameHasOverwrittenIsAssignedAgain() {
        var before = SessionVariables.NONE.with(RESULTS, "NULL");
        var connection = applied(before, before.with(SessionVariables.NAMES, "utf8mb4"));
        var wanted = named("utf8mb4").with(RESULTS, "NULL");
        assertThat(connection).isEqualTo(wanted.assignments());

        assertThat(wanted.areGivenBy(connection)).isFalse();
        assertThat(wanted.differenceFrom(connection))
                .isEqualTo(List.of("SET NAMES utf8mb4, SESSION character_set_results = NULL"));
    }

    @Test
    void ofTwoThatOverwriteOneAnotherTheLaterOneCounts() {
        var first = SessionVariables.NONE.with("character_set_connection", "latin1");
        var connection = applied(first.with("collation_connection", "utf8mb4_general_ci"));
        var wanted = SessionVariables.NONE
                .with("collation_connection", "utf8mb4_general_ci")
                .with("character_set_connection", "latin1");

        assertThat(wanted.areGivenBy(connection)).isFalse();
        assertThat(wanted.differenceFrom(connection))
                .containsExactly(
                        "SET SESSION collation_connection = utf8mb4_general_ci, SESSION character_set_connection = latin1");
    }
}
