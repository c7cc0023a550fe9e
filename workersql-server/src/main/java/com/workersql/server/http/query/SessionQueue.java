// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.Deadline;
import com.workersql.server.session.ClientSession;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * A session that outlives its statements, a transaction above all: its tasks run one after another in the order in which they
 * came. Ends when a task says so, by waiting or lasting too long, by KILL, or when its owner gives it up; an open transaction is
 * then rolled back. Confined to the session's event loop.
 */
public final class SessionQueue {
    private final ClientSession session;
    private final QuerySessions sessions;
    private final Limits limits;
    private final Consumer<GatewayError> whenEnded;
    private final ArrayDeque<SessionTask> queue = new ArrayDeque<>();
    private final Deadline idle;
    private final Deadline total;
    private SessionTask current;
    private boolean inTransaction;
    private boolean ended;
    private GatewayError endError;

    /**
     * What bounds such a session.
     *
     * @param maxQueued how many tasks may wait; an error beyond
     * @param transactionIdleMillis how long an open transaction may wait for its next task
     * @param transactionTotalMillis how long a transaction may take
     * @param sessionIdleMillis how long a session without a transaction may wait for its next task; 0 for a session that is a
     *     transaction from its first task to its last
     */
    public record Limits(int maxQueued, int transactionIdleMillis, int transactionTotalMillis, int sessionIdleMillis) {
        boolean isTransaction() {
            return sessionIdleMillis == 0;
        }
    }

    /**
     * A queue that waits for its first task.
     *
     * @param session belongs to the queue, which closes it
     * @param sessions closes it
     * @param limits the bounds
     * @param whenEnded called once; takes what later tasks are to be told, or null when the client itself ended the session
     */
    public SessionQueue(
            ClientSession session, QuerySessions sessions, Limits limits, Consumer<GatewayError> whenEnded) {
        this.session = session;
        this.sessions = sessions;
        this.limits = limits;
        this.whenEnded = whenEnded;
        this.idle = new Deadline(session.loop(), this::waitedTooLong);
        this.total = new Deadline(session.loop(), () -> expire("lasted", limits.transactionTotalMillis()));
        sessions.onKill(session, this::killed);
        watchTransaction();
        next();
    }

    /**
     * The session.
     *
     * @return not to be closed by anybody else
     */
    public ClientSession session() {
        return session;
    }

    /**
     * Runs a task behind those that came before.
     *
     * @param task may be started, and even be over, before this returns
     * @throws Refusal when too many wait, or the session has ended
     */
    public void add(SessionTask task) throws Refusal {
        if (ended) {
            throw new Refusal(endError);
        }
        if (queue.size() >= limits.maxQueued()) {
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This session has " + queue.size() + " statements waiting, which is all it may have (max_queued)"));
        }
        queue.add(task);
        if (current == null) {
            next();
        }
    }

    /**
     * Whether no task runs or waits.
     *
     * @return true also when the session has ended
     */
    public boolean isIdle() {
        return current == null && queue.isEmpty();
    }

    private void next() {
        current = queue.poll();
        if (current == null) {
            idle.set(inTransaction ? limits.transactionIdleMillis() : limits.sessionIdleMillis());
            return;
        }
        idle.clear();
        var task = current;
        task.start(session, () -> over(task));
    }

    private void over(SessionTask task) {
        current = null;
        watchTransaction();
        if (ended) {
            sessions.close(session);
        } else if (task.endsSession()) {
            end(null);
        } else if (task.hasLostSession() || session.mustClose()) {
            end(GatewayError.transactionLost("its connection was given up"));
        } else {
            next();
        }
    }

    private void watchTransaction() {
        boolean now = limits.isTransaction() || session.transaction().isOpen();
        if (now && !inTransaction) {
            total.set(limits.transactionTotalMillis());
        } else if (!now) {
            total.clear();
        }
        inTransaction = now;
    }

    private void waitedTooLong() {
        if (inTransaction) {
            expire("waited", limits.transactionIdleMillis());
        } else {
            end(expired("The session has waited for more than " + limits.sessionIdleMillis()
                    + " ms; what was set in it is gone"));
        }
    }

    private void expire(String what, int millis) {
        end(expired("The transaction has " + what + " for more than " + millis + " ms and was rolled back"));
    }

    private static GatewayError expired(String message) {
        return new GatewayError(3101, "40000", message, ErrorClass.TIMEOUT, Outcome.NOT_EXECUTED);
    }

    private void killed(boolean whole) {
        if (whole) {
            end(GatewayError.transactionLost("its session was killed"));
        } else if (current != null) {
            current.killed();
        }
    }

    /**
     * Ends the session: what runs is stopped, what waits is refused. A second call does nothing.
     *
     * @param why what the tasks are told; null when the client itself ended the session
     */
    public void end(GatewayError why) {
        if (ended) {
            return;
        }
        markEnded();
        if (why != null) {
            endError = why;
        }
        whenEnded.accept(why);
        while (!queue.isEmpty()) {
            queue.poll().refuse(endError);
        }
        if (current == null) {
            sessions.close(session);
        } else {
            current.stop(endError);
        }
    }

    private void markEnded() {
        ended = true;
        endError = Refusal.error(ErrorClass.NOT_FOUND, "The session has ended before this");
        idle.close();
        total.close();
    }

    /**
     * The client reads slowly, or reads again.
     *
     * @param writable whether more is wanted
     */
    public void writable(boolean writable) {
        if (current != null) {
            current.writable(writable);
        }
    }

    /** The owner of all tasks is gone: nothing is answered any more. */
    public void abandon() {
        markEnded();
        queue.clear();
        if (current != null) {
            current.abandon();
        } else {
            sessions.close(session);
        }
    }
}
