// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.StatusFlags;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionStateTest {
    private final ConnectionState state = new ConnectionState("app", StatusFlags.SERVER_STATUS_AUTOCOMMIT);

    @Test
    void aRepeatedAssignmentMovesToTheEnd() {
        state.applied("names", "utf8mb4");
        state.applied("collation_connection", "utf8mb4_bin");
        state.applied("names", "latin1");

        assertThat(state.assignments().keySet()).containsExactly("collation_connection", "names");
    }

    /** Whoever looks for a connection may look at one that another loop borrows meanwhile. */
    @Test
    void whatIsLookedAtDoesNotChangeWithTheConnection() {
        state.applied("names", "utf8mb4");
        var seen = state.assignments();

        state.applied("sql_mode", "''");
        assertThat(seen).containsOnlyKeys("names");
        state.wasReset(StatusFlags.SERVER_STATUS_AUTOCOMMIT);
        assertThat(seen).containsOnlyKeys("names");
    }

    @Test
    void whatALaterAssignmentHasOverwrittenIsNoneAnyMore() {
        state.applied("character_set_results", "NULL");
        state.applied("names", "latin1");
        state.overwritten("character_set_results");
        state.overwritten("collation_connection");

        assertThat(state.assignments()).isEqualTo(Map.of("names", "latin1"));
    }

    @Test
    void aResetForgetsEverythingButTheSchema() {
        state.applied("sql_mode", "''");
        state.replyEnded(
                StatusFlags.SERVER_STATUS_IN_TRANS,
                new SessionChanges("other", Map.of("sql_mode", ""), true, "T_______", null, null));
        state.resetNeeded("temporary table");
        assertThat(state.isClean()).isFalse();

        state.wasReset(StatusFlags.SERVER_STATUS_AUTOCOMMIT);

        assertThat(state.isClean()).isTrue();
        assertThat(state.schema()).isEqualTo("other");
    }

    @Test
    void aDroppedSchemaIsReportedAsNone() {
        state.replyEnded(0, new SessionChanges("", Map.of(), false, null, null, null));

        assertThat(state.schema()).isNull();
    }

    @Test
    void anOpenTransactionIsNotClean() {
        state.replyEnded(StatusFlags.SERVER_STATUS_IN_TRANS, SessionChanges.NONE);

        assertThat(state.inTransaction()).isTrue();
        assertThat(state.isClean()).isFalse();
    }

    @Test
    void anErrorOutsideOfAutocommitMayHaveLeftATransactionOpen() {
        state.replyFailed();
        assertThat(state.mayBeInTransaction()).as("with autocommit").isFalse();

        state.replyEnded(0, SessionChanges.NONE);
        state.replyFailed();
        assertThat(state.mayBeInTransaction()).isTrue();

        state.rolledBack(0);
        assertThat(state.mayBeInTransaction()).isFalse();
    }
}
