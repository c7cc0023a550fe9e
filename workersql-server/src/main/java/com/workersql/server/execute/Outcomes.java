// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyStatus;
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
    private final StatementDeadline deadline;

    Outcomes(ClientSession session, StatementInfo info, String shardName, StatementDeadline deadline) {
        this.session = session;
        this.info = info;
        this.shardName = shardName;
        this.deadline = deadline;
    }

    /** A server's error as it came. */
    static GatewayError answer(ReplyStatus status) {
        return GatewayError.ofServer(status.errno(), status.sqlState(), status.message());
    }

    boolean changesNothing() {
        return info.readsOnly();
    }

    /**
     * A server's error with what it says of the statement; null where that is simply that it did not run.
     *
     * @param failure what the error says of the server
     */
    GatewayError ofAnswer(ReplyStatus status, FailureClass failure) {
        if (StatementDeadline.isInterruption(status.errno())) {
            return isUndoneWhenInterrupted() && !deadline.isOver()
                    ? null
                    : interrupted(status, isUndoneWhenInterrupted() ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN);
        }
        var answer = answer(status);
        return switch (failure) {
            case CALL_FAILURE, CALL_FAILURE_IF_CONNECT_FAILS -> ofDyingServer(answer);
            default -> info.kind() == StatementKind.CALL ? answer.withOutcome(Outcome.UNKNOWN) : null;
        };
    }

    /** The error of a statement that the server has ended before it was done: of a KILL, or that its time is over. */
    GatewayError interrupted(ReplyStatus status, Outcome known) {
        return deadline.isOver() ? timeIsOver(known) : answer(status).withOutcome(known);
    }

    boolean isTimeOver() {
        return deadline.isOver();
    }

    /** That the statement's time is over, with what is known of it. */
    GatewayError timeIsOver(Outcome known) {
        return deadline.error(shardName, known);
    }

    /** An error as it is, or that the time is over where that is why the statement ended; the outcome is known all the same. */
    GatewayError orTimeIsOver(GatewayError error) {
        return deadline.isOver() && error.outcome() != Outcome.UNKNOWN ? timeIsOver(error.outcome()) : error;
    }

    /** Why a statement may run again whose connection broke; null where it may not. */
    Retries.Proof proof(BrokenConnectionException cause, boolean bytesLeft) {
        if (cause.phase() == BrokenConnectionException.Phase.NOT_SENT) {
            return Retries.Proof.NOT_SENT;
        }
        return changesNothing() && !bytesLeft ? Retries.Proof.READS_ONLY : null;
    }

    /** The error for a statement that the server has not ended in time, nor said so. Asked before the session forgets its transaction. */
    GatewayError notEnded(boolean isSent) {
        boolean inTransaction = session.transaction().isOpen();
        boolean commits = info.kind() == StatementKind.COMMIT || (isSent && mayCommit(info));
        if (inTransaction && !commits) {
            return transactionLost(timeIsOver(Outcome.NOT_EXECUTED).message());
        }
        return timeIsOver(inTransaction || !changesNothing() ? Outcome.UNKNOWN : Outcome.NOT_EXECUTED);
    }

    /** A write that a dying server, or one that killed the session, did not see to its end; with a transaction it is undone. */
    private GatewayError ofDyingServer(GatewayError answer) {
        boolean undone = session.transaction().isOpen()
                && info.kind() != StatementKind.COMMIT
                && !mayCommit(info)
                && !session.transaction().mayBeCommitted();
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
                                            && !mayCommit(info)
                                            && !session.transaction().mayBeCommitted()
                                    ? Outcome.NOT_EXECUTED
                                    : changesNothing() ? Outcome.EXECUTED : Outcome.UNKNOWN);
        }
        boolean sent = cause.phase() != BrokenConnectionException.Phase.NOT_SENT;
        if (info.kind() == StatementKind.COMMIT && sent) {
            return GatewayError.outcomeUnknown("COMMIT was sent, then " + what);
        }
        if (inTransaction) {
            return sent && mayCommit(info)
                    ? GatewayError.outcomeUnknown("a statement that commits was sent, then " + what)
                    : transactionLost(what);
        }
        return sent && !changesNothing() ? GatewayError.outcomeUnknown(what) : GatewayError.notExecuted(what);
    }

    /**
     * The error for a statement that was sent behind a state of its session that the server then refused: it ran in another one, if it ran.
     * A transaction that it began ends with its connection.
     */
    GatewayError setupRefused(ReplyStatus status) {
        var error = setupRefused(answer(status));
        return StatementDeadline.isInterruption(status.errno()) ? orTimeIsOver(error) : error;
    }

    private GatewayError setupRefused(GatewayError answer) {
        String what = "shard " + shardName + " refused the state of the session, " + answer.errno() + ": "
                + answer.message() + "; the statement was sent with it";
        if (session.transaction().isOpen() && !mayCommit(info) && info.kind() != StatementKind.COMMIT) {
            return transactionLost(what);
        }
        return changesNothing() ? answer : GatewayError.outcomeUnknown(what);
    }

    /** The open transaction is gone with its connection: behind this statement nothing runs before ROLLBACK, unless it is one. */
    private GatewayError transactionLost(String what) {
        var error = ofLostTransaction(session, what);
        session.transaction().lost(info.kind() != StatementKind.ROLLBACK);
        return error;
    }

    /** That a transaction was rolled back with its connection, unless a statement that failed in it may have committed it before. */
    static GatewayError ofLostTransaction(ClientSession session, String what) {
        return session.transaction().mayBeCommitted()
                ? GatewayError.outcomeUnknown(
                        "the transaction may have been committed by a statement that failed in it: " + what)
                : GatewayError.transactionLost(what);
    }

    /** Whether a statement commits what was open before it, or may do so by what it runs: also where it fails itself. */
    static boolean mayCommit(StatementInfo info) {
        return switch (info.kind()) {
            case CALL, BEGIN, EXECUTE, EXECUTE_IMMEDIATE, MULTIPLE, COMPOUND, UNKNOWN -> true;
            default -> info.isDdl() || info.has(SessionEffect.IMPLICIT_COMMIT);
        };
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
