// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.ReplyStatus;
import com.workersql.pool.SessionChanges;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.PermissionClass;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SqlModes;
import io.netty.channel.DefaultEventLoop;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reasons that no tenant of the integration tests may bring about. */
class EffectsTest {
    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final SessionCounters counters = new SessionCounters();
    private final ClientSession session = new ClientSession(
            1,
            loop,
            new Principal("user", null, null, Set.of(PermissionClass.ADMIN)),
            new CapabilityFlags(0),
            45,
            "127.0.0.1",
            null,
            SqlModes.DEFAULT,
            10);

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    @Test
    void theGlobalReadLockKeepsTheConnectionUntilTablesAreUnlocked() {
        learn(StatementKind.ADMIN, SessionEffect.GLOBAL_READ_LOCK, 0);
        assertThat(session.pins().isOnly(HoldReason.GLOBAL_READ_LOCK)).isTrue();
        assertThat(Effects.keepConnection(info(StatementKind.ADMIN, SessionEffect.GLOBAL_READ_LOCK), List.of()))
                .as("the tenant's share is asked before")
                .isTrue();

        learn(StatementKind.ADMIN, SessionEffect.UNLOCK_TABLES, 1192);
        assertThat(session.pins().isOnly(HoldReason.GLOBAL_READ_LOCK)).isTrue();
        learn(StatementKind.ADMIN, SessionEffect.UNLOCK_TABLES, 0);
        assertThat(session.pins().isEmpty()).isTrue();
    }

    /** Nothing that a client says undoes them for certain, whether they succeed or not. */
    @ParameterizedTest
    @CsvSource({"XA,XA", "SET_ROLE,ROLE", "UNKNOWN_STATE,UNKNOWN_STATE"})
    void someEffectsLastAsLongAsTheConnection(SessionEffect effect, HoldReason reason) {
        learn(StatementKind.ADMIN, effect, 1399);
        assertThat(session.pins().isOnly(reason)).isTrue();
        learn(StatementKind.ADMIN, SessionEffect.UNLOCK_TABLES, 0);
        assertThat(session.pins().isOnly(reason)).isTrue();
    }

    @Test
    void aSequenceKeepsTheConnectionOfASessionThatReadsItsLatestValueOutsideOfTransactions() {
        learn(StatementKind.SELECT, SessionEffect.SEQUENCE, 0);
        assertThat(session.pins().isEmpty()).isTrue();

        session.takenSequences().readOutsideTransactions();
        learn(StatementKind.CREATE_TABLE, SessionEffect.SEQUENCE, 0);
        assertThat(session.pins().isEmpty()).as("a default is no value").isTrue();
        learn(StatementKind.SELECT, SessionEffect.SEQUENCE, 1062);
        assertThat(session.pins().isOnly(HoldReason.SEQUENCE_VALUE))
                .as("a statement that fails may have taken a value")
                .isTrue();
    }

    @Test
    void aChangeThatOnlyTheServerReportsKeepsTheConnectionAndIsCounted() {
        Effects.learn(
                session,
                new StatementInfo(StatementKind.INSERT, false, PermissionClass.WRITE, Set.of(), "insert"),
                List.of(),
                status(0, new SessionChanges(null, Map.of(), true, null, null, null)),
                counters);
        assertThat(session.pins().isOnly(HoldReason.TRACKED_STATE)).isTrue();
        assertThat(counters.onlyTracked()).isEqualTo(1);
    }

    private void learn(StatementKind kind, SessionEffect effect, int errno) {
        Effects.learn(session, info(kind, effect), List.of(), status(errno, SessionChanges.NONE), counters);
    }

    private static StatementInfo info(StatementKind kind, SessionEffect effect) {
        return new StatementInfo(kind, false, PermissionClass.ADMIN, Set.of(effect), "statement");
    }

    private static ReplyStatus status(int errno, SessionChanges changes) {
        return new ReplyStatus(
                StatusFlags.SERVER_STATUS_AUTOCOMMIT,
                0,
                -1,
                0,
                0,
                errno,
                errno == 0 ? null : "HY000",
                errno == 0 ? null : "refused",
                changes);
    }
}
