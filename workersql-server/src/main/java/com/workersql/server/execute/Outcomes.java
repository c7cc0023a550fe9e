// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;

/** What is known of a statement that ended by an error, or without an answer. Asked before the session forgets its transaction. */
final class Outcomes {
    private final ClientSession session;
    private final StatementInfo info;
    private final String shardName;

    Outcomes(ClientSession session, StatementInfo info, String shardName) {
        this.session = session;
        this.info = info;
        this.shardName = shardName;
    }

    boolean changesNothing() {
        return info.readsOnly();
    }

    /** A server's error with what it says of the statement; null where that is simply that it did not run. */
    GatewayError ofAnswer(GatewayError answer, FailureClass failure) {
        return switch (failure) {
            case CALL_FAILURE, CALL_FAILURE_IF_CONNECT_FAILS -> ofDyingServer(answer);
            default -> info.kind() == StatementKind.CALL ? answer.withOutcome(Outcome.UNKNOWN) : null;
        };
    }

    /** A write that a dying server, or one that killed the session, did not see to its end; with a transaction it is undone. */
    private GatewayError ofDyingServer(GatewayError answer) {
        boolean undone = session.transaction().isOpen() && info.kind() != StatementKind.COMMIT;
        return changesNothing() || undone
                ? null
                : GatewayError.outcomeUnknown(
                        "shard " + shardName + " answered " + answer.errno() + ": " + answer.message());
    }

    /** The error for a statement whose connection broke, and what that does to the session's transaction. */
    GatewayError lost(BrokenConnectionException cause, boolean bytesLeft) {
        boolean inTransaction = session.transaction().isOpen();
        String what = "shard " + shardName + " was lost: " + cause.getMessage();
        if (bytesLeft) {
            session.closeAfterReply();
            return GatewayError.lostWhileStreaming(what)
                    .withOutcome(
                            inTransaction
                                    ? Outcome.NOT_EXECUTED
                                    : changesNothing() ? Outcome.EXECUTED : Outcome.UNKNOWN);
        }
        boolean sent = cause.phase() != BrokenConnectionException.Phase.NOT_SENT;
        if (info.kind() == StatementKind.COMMIT && sent) {
            return GatewayError.outcomeUnknown("COMMIT was sent, then " + what);
        }
        if (inTransaction) {
            if (sent && mayCommit()) {
                return GatewayError.outcomeUnknown("a statement that commits was sent, then " + what);
            }
            session.transaction().lost(info.kind() != StatementKind.ROLLBACK);
            return GatewayError.transactionLost(what);
        }
        return sent && !changesNothing() ? GatewayError.outcomeUnknown(what) : GatewayError.notExecuted(what);
    }

    /**
     * The error for a statement that was sent behind a state of its session that the server then refused: it ran in another one, if it ran.
     * A transaction that it began ends with its connection.
     */
    GatewayError setupRefused(GatewayError answer) {
        String what = "shard " + shardName + " refused the state of the session, " + answer.errno() + ": "
                + answer.message() + "; the statement was sent with it";
        if (session.transaction().isOpen() && !mayCommit() && info.kind() != StatementKind.COMMIT) {
            session.transaction().lost(info.kind() != StatementKind.ROLLBACK);
            return GatewayError.transactionLost(what);
        }
        return changesNothing() ? answer : GatewayError.outcomeUnknown(what);
    }

    /** Definitions commit what was open before them, and a procedure may commit by itself. */
    private boolean mayCommit() {
        return info.isDdl() || info.kind() == StatementKind.CALL || info.kind() == StatementKind.BEGIN;
    }

    /** Whether a statement that the server ended before it was done left nothing behind, whatever its tables are. */
    boolean isUndoneWhenInterrupted() {
        boolean onlyLocks = info.kind() == StatementKind.SELECT
                && info.has(SessionEffect.ROW_LOCK)
                && !info.has(SessionEffect.CALL)
                && !info.has(SessionEffect.SEQUENCE);
        return changesNothing() || onlyLocks;
    }

    /** Whether a statement that the server ended before it was done leaves nothing behind if its tables are transactional. */
    boolean dependsOnEngines() {
        return switch (info.kind()) {
            case INSERT, REPLACE, UPDATE, DELETE -> true;
            default -> false;
        };
    }
}
