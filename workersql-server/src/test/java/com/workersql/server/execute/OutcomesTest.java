// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.ReplyStatus;
import com.workersql.pool.SessionChanges;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.PermissionClass;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutcomesTest {
    private static final ReplyStatus SHUTTING_DOWN =
            new ReplyStatus(0, 0, -1, 0, 0, 1053, "08S01", "Server shutdown in progress", SessionChanges.NONE);

    private final ClientSession session = Sessions.ofAcme();

    private GatewayError ofDyingServer(StatementKind kind) {
        session.transaction().statusFlags(StatusFlags.SERVER_STATUS_AUTOCOMMIT | StatusFlags.SERVER_STATUS_IN_TRANS);
        return ofDyingServer(session, kind);
    }

    private static GatewayError ofDyingServer(ClientSession session, StatementKind kind) {
        var info = new StatementInfo(kind, false, PermissionClass.WRITE, Set.of(), "?");
        return new Outcomes(session, info, "shard_0", null).ofAnswer(SHUTTING_DOWN, FailureClass.CALL_FAILURE);
    }

    @Test
    void aWriteOfATransactionIsUndoneWhenItsServerDies() {
        assertThat(ofDyingServer(StatementKind.INSERT))
                .as("the server's own words")
                .isNull();
    }

    @Test
    void aWriteBehindADefinitionThatFailedIsUnknown() {
        session.transaction().statusFlags(StatusFlags.SERVER_STATUS_AUTOCOMMIT | StatusFlags.SERVER_STATUS_IN_TRANS);
        session.transaction().perhapsCommitted();
        assertThat(ofDyingServer(session, StatementKind.INSERT).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(
            value = StatementKind.class,
            names = {"COMMIT", "CALL", "CREATE_TABLE", "EXECUTE", "MULTIPLE"})
    void whatMayHaveCommittedTheTransactionBeforeItsServerDiedIsUnknown(StatementKind kind) {
        assertThat(ofDyingServer(kind).outcome()).isEqualTo(Outcome.UNKNOWN);
    }
}
