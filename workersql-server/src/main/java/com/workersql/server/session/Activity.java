// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.pool.PooledConnection;
import com.workersql.server.error.GatewayError;
import java.util.function.Consumer;

/**
 * What a session does right now: the statement that runs or waits, the connection that it has, and how whoever has to end it does so.
 * Confined to the session's event loop.
 */
public final class Activity {
    private String statement;
    private long sinceNanos;
    private PooledConnection running;
    private boolean asked;
    private boolean cancelled;
    private PooledConnection departing;
    private boolean mayHaveSent;
    private String latestShard;
    private long latestThreadId;
    private Runnable leave = () -> {};
    private Runnable unsent;
    private Runnable waiting;
    private Interruption interruption;

    Activity() {}

    /** How what a statement waits for is ended: in force until that is done, the wait is over, or the session waits for something else. */
    public final class Interruption {
        private final Runnable action;

        private Interruption(Runnable action) {
            this.action = action;
        }

        /** The wait is over: nobody can end it any more. What the session waits for by now can be ended all the same. */
        public void clear() {
            if (interruption == this) {
                interruption = null;
            }
        }
    }

    /**
     * The connection that a statement of this session runs on right now.
     *
     * @return null between statements
     */
    public PooledConnection running() {
        return running;
    }

    /**
     * Notes where a statement runs.
     *
     * @param running its connection, or null when it has ended
     */
    public void running(PooledConnection running) {
        this.running = running;
        mayHaveSent |= running != null;
    }

    /**
     * Notes the connection on which a statement runs.
     *
     * @param shard the name of the shard that it is to
     * @param threadId the server's id of it
     * @return whether the statement before ran on another one
     */
    public boolean movesTo(String shard, long threadId) {
        boolean moved = latestShard != null && (latestThreadId != threadId || !latestShard.equals(shard));
        latestShard = shard;
        latestThreadId = threadId;
        return moved;
    }

    /**
     * A statement was let in.
     *
     * @param whenOver takes note of its end; may be run more than once
     */
    public void admitted(Runnable whenOver) {
        leave = whenOver;
        mayHaveSent = false;
    }

    /** What was let in last is over, be it without an answer. */
    public void leave() {
        leave.run();
    }

    /**
     * Whether the statement that was let in last may have reached a shard.
     *
     * @return true once it had a connection to run on
     */
    public boolean mayHaveSent() {
        return mayHaveSent;
    }

    /**
     * A statement has something to send, or has none any more.
     *
     * @param drop lets go of what was not sent; may be run more than once; null for none
     */
    public void unsent(Runnable drop) {
        unsent = drop;
    }

    /** Lets go of what was to be sent: the session is over, be it by a fault that the statement has not heard of. */
    public void dropUnsent() {
        if (unsent != null) {
            unsent.run();
            unsent = null;
        }
    }

    /**
     * Runs a step now, or when the connection has answered what it is asked meanwhile.
     *
     * @param step run once, by whoever frees the connection
     */
    public void whenIdle(Runnable step) {
        if (running == null) {
            step.run();
        } else {
            waiting = step;
        }
    }

    /**
     * Has a statement wait for what the connection is asked meanwhile; it can be ended before it runs.
     *
     * @param step run once, by whoever frees the connection
     * @param interrupted takes the error where the statement is ended before that
     */
    public void waitForAnswers(Runnable step, Consumer<GatewayError> interrupted) {
        var wait = interruption(() -> {
            waiting = null;
            interrupted.accept(GatewayError.interrupted());
        });
        waiting = () -> {
            wait.clear();
            step.run();
        };
    }

    /**
     * Runs the step that waits, if one does and the connection is free. While it is asked something else already, the step would come
     * between that question and its answer: it waits on, for whoever resumes behind that.
     */
    public void resume() {
        var step = running == null ? takeWaiting() : null;
        if (step != null) {
            step.run();
        }
    }

    /**
     * Takes the step that waits, for whoever is not going to run it.
     *
     * @return null when none does
     */
    public Runnable takeWaiting() {
        var step = waiting;
        waiting = null;
        return step;
    }

    /**
     * Notes how to end what the session's statement waits for before it has a connection: a plan, a place in the pool, a primary.
     *
     * @param action fails the statement, which has not run
     * @return to be cleared when the wait is over
     */
    public Interruption interruption(Runnable action) {
        interruption = new Interruption(action);
        return interruption;
    }

    /** Ends what the session's statement waits for, where it has no connection yet: its client hears error 1317. */
    public void interrupt() {
        var ended = interruption;
        interruption = null;
        if (ended != null) {
            ended.action.run();
        }
    }

    /**
     * Whether the statement was to be ended, which a step of it may not have heard in time.
     *
     * @return true from KILL QUERY on, until a statement of several steps begins
     */
    public boolean isCancelled() {
        return cancelled;
    }

    /**
     * Notes that the statement is to be ended, or that one of several steps begins.
     *
     * @param cancelled the new state
     */
    public void cancelled(boolean cancelled) {
        this.cancelled = cancelled;
    }

    /**
     * Whether what runs is a question of the gateway's own rather than a statement of the client's.
     *
     * @return true while the connection is asked
     */
    public boolean isAsked() {
        return asked;
    }

    /**
     * Notes that the connection is being asked, or has answered.
     *
     * @param asked the new state
     */
    public void asked(boolean asked) {
        this.asked = asked;
    }

    /**
     * The connection whose statement is being killed because the client is gone.
     *
     * @return null before, and when it was closed
     */
    public PooledConnection departing() {
        return departing;
    }

    /**
     * Notes the connection whose statement is being killed.
     *
     * @param connection null when it was closed
     */
    public void departing(PooledConnection connection) {
        departing = connection;
    }

    /**
     * The statement that runs, without its values.
     *
     * @return null between statements
     */
    public String statement() {
        return statement;
    }

    /**
     * When the statement that runs began, or the last one ended.
     *
     * @return by the gateway's monotonic clock
     */
    public long sinceNanos() {
        return sinceNanos;
    }

    /**
     * A statement begins or ends.
     *
     * @param fingerprint the statement without its values; null at its end
     * @param nowNanos the gateway's monotonic clock
     */
    public void statement(String fingerprint, long nowNanos) {
        statement = fingerprint;
        sinceNanos = nowNanos;
    }
}
