// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.server.session.SessionVariables;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What takes a connection from the state that it has to a session's: a reset where it has too much, then SET statements. The schema
 * is no part of it: a connection is in that of its key.
 */
final class Setup {
    /** Nothing to do. */
    static final Setup NONE = new Setup(false, List.of(), SessionVariables.NONE);

    private final boolean reset;
    private final List<String> statements;
    private final SessionVariables wanted;

    /** How the server took a setup whose answers were waited for. */
    interface Ending {
        /** The connection has the session's state. */
        void done();

        /** The server refused it: an answer that says no must be seen before a statement runs in another state than its own. */
        void refused(ReplyStatus status);

        /** The connection is of no use any more. */
        void broken(Throwable cause);

        /** Whether the connection was given up, so that nothing more is to be sent on it. */
        boolean isOver();
    }

    private Setup(boolean reset, List<String> statements, SessionVariables wanted) {
        this.reset = reset;
        this.statements = statements;
        this.wanted = wanted;
    }

    /**
     * @param applied what the connection has, in order
     */
    static Setup between(Map<String, String> applied, SessionVariables wanted) {
        var difference = wanted.differenceFrom(applied);
        if (difference == null) {
            return new Setup(true, wanted.differenceFrom(Map.of()), wanted);
        }
        return difference.isEmpty() ? NONE : new Setup(false, difference, wanted);
    }

    /** Notes on a connection that it has a session's state. */
    static void note(PooledConnection connection, SessionVariables variables) {
        var state = connection.state();
        variables.overwritten(state.assignments()).forEach(state::overwritten);
        variables.assignments().forEach(state::applied);
    }

    boolean isEmpty() {
        return !reset && statements.isEmpty();
    }

    /** Whether this connection's server has accepted all of it before. */
    boolean isProven(PooledConnection connection, ProvenSetups proven) {
        var origin = ProvenSetups.Origin.of(connection);
        if (reset && !proven.has(origin, ProvenSetups.RESET)) {
            return false;
        }
        for (String sql : statements) {
            if (!proven.has(origin, sql)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Sends it in the same write as the command that follows; nothing leaves before.
     *
     * @param refused hears at most once of an assignment that the server did not make: what was sent behind it, the server runs all the
     *     same. A reset that it refuses ends the connection.
     */
    void sendAhead(PooledConnection connection, ProvenSetups proven, Consumer<ReplyStatus> refused) {
        if (reset) {
            var origin = ProvenSetups.Origin.of(connection);
            connection.resetAhead().addListener(answered -> {
                if (!answered.isSuccess()) {
                    proven.forget(origin);
                }
            });
        }
        var told = new boolean[1];
        for (String sql : statements) {
            connection.enqueue(ReplyKind.QUERY, Ahead.packet(sql), new StatusListener((status, broken) -> {
                if (broken == null && status.isError() && !told[0]) {
                    told[0] = true;
                    refused.accept(status);
                }
            }));
        }
        note(connection, wanted);
    }

    /** Carries it out and waits for each answer. */
    void run(PooledConnection connection, ProvenSetups proven, Ending ending) {
        if (!reset) {
            next(connection, statements.iterator(), proven, ending);
            return;
        }
        connection.reset().addListener(answered -> {
            if (ending.isOver()) {
                return;
            }
            try {
                if (answered.isSuccess()) {
                    proven.add(ProvenSetups.Origin.of(connection), ProvenSetups.RESET);
                    next(connection, statements.iterator(), proven, ending);
                } else {
                    ending.broken(answered.cause());
                }
            } catch (RuntimeException | Error e) {
                connection.fault(e);
            }
        });
    }

    private void next(PooledConnection connection, Iterator<String> left, ProvenSetups proven, Ending ending) {
        if (!left.hasNext()) {
            note(connection, wanted);
            ending.done();
            return;
        }
        String sql = left.next();
        ShardConnections.statement(connection, sql, (status, broken) -> {
            if (ending.isOver()) {
                return;
            }
            if (broken != null) {
                ending.broken(broken);
            } else if (status.isError()) {
                ending.refused(status);
            } else {
                proven.add(ProvenSetups.Origin.of(connection), sql);
                next(connection, left, proven, ending);
            }
        });
    }
}
