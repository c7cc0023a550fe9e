// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionVariablesTest {
    private static final String RESULTS = "character_set_results";

    /** As a connection notes what is assigned on it: the latest assignment is last, and those that it has overwritten are gone. */
    private static Map<String, String> applied(SessionVariables... one) {
        var applied = new LinkedHashMap<String, String>();
        for (var variables : one) {
            variables.overwritten(applied).forEach(applied::remove);
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

    @Test
    void whatANameHasOverwrittenIsAssignedAgain() {
        var before = SessionVariables.NONE.with(RESULTS, "NULL");
        var connection = applied(before, before.with(SessionVariables.NAMES, "utf8mb4"));
        var wanted = named("utf8mb4").with(RESULTS, "NULL");

        assertThat(wanted.areGivenBy(connection)).isFalse();
        assertThat(wanted.differenceFrom(connection)).containsExactly("SET SESSION character_set_results = NULL");
    }

    @ParameterizedTest
    @ValueSource(strings = {SessionVariables.NAMES, SessionVariables.CHARACTER_SET})
    void aConnectionOnWhichANameHasOverwrittenOthersIsThatOfASessionWithTheNameAlone(String name) {
        var before = SessionVariables.NONE
                .with("character_set_client", "latin1")
                .with("collation_connection", "latin1_bin")
                .with(RESULTS, "NULL");
        var connection = applied(before, before.with(name, "utf8mb4"));

        assertThat(SessionVariables.NONE.with(name, "utf8mb4").areGivenBy(connection))
                .isTrue();
    }

    /** Otherwise whoever gets the connection next would have it, too. */
    @Test
    void aNameLeavesTheCharacterSetsThatItDoesNotSet() {
        var before = SessionVariables.NONE.with("character_set_filesystem", "latin1");
        var after = before.with(SessionVariables.NAMES, "utf8mb4");

        assertThat(after.get("character_set_filesystem")).isEqualTo("latin1");
        assertThat(after.overwritten(before.assignments())).isEmpty();
        assertThat(named("utf8mb4").areGivenBy(applied(before, after))).isFalse();
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
