// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.Deadline;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.ClientSession;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/**
 * A transaction: a session of its own, whose calls run one after another in the order of their messages. Ends by COMMIT, by
 * ROLLBACK, by waiting or lasting too long, or with its socket. Confined to the socket's event loop.
 */
final class SocketTransaction {
    private final String id;
    private final ClientSession session;
    private final WebSocketConnection.Parts parts;
    private final BiConsumer<SocketTransaction, GatewayError> whenEnded;
    private final ArrayDeque<Call> queue = new ArrayDeque<>();
    private final Deadline idle;
    private final Deadline total;
    private Call current;
    private boolean ended;

    /**
     * @param whenEnded takes what later calls are told, or null when the client ended it
     */
    SocketTransaction(
            String id,
            ClientSession session,
            WebSocketConnection.Parts parts,
            BiConsumer<SocketTransaction, GatewayError> whenEnded) {
        this.id = id;
        this.session = session;
        this.parts = parts;
        this.whenEnded = whenEnded;
        var settings = parts.settings();
        this.idle = new Deadline(session.loop(), () -> expire("waited", settings.transactionIdleMillis()));
        this.total = new Deadline(session.loop(), () -> expire("lasted", settings.transactionTotalMillis()));
        total.set(settings.transactionTotalMillis());
        parts.sessions().onKill(session, this::killed);
    }

    String id() {
        return id;
    }

    /** Runs a call behind those that came before. */
    void add(Call call) throws Refusal {
        if (queue.size() >= parts.settings().maxQueued()) {
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This transaction has " + queue.size()
                            + " statements waiting, which is all it may have (maxQueued)"));
        }
        queue.add(call);
        if (current == null) {
            next();
        }
    }

    private void next() {
        current = queue.poll();
        if (current == null) {
            idle.set(parts.settings().transactionIdleMillis());
            return;
        }
        idle.clear();
        var call = current;
        call.start(session, () -> over(call));
    }

    private void over(Call call) {
        current = null;
        if (ended) {
            parts.sessions().close(session);
        } else if (call.kind() == CallKind.END || (call.kind() == CallKind.BEGIN && call.hasFailed())) {
            end(null);
        } else if (call.hasLostSession() || session.mustClose()) {
            end(GatewayError.transactionLost("its connection was given up"));
        } else {
            next();
        }
    }

    private void expire(String what, int millis) {
        end(new GatewayError(
                3101,
                "40000",
                "The transaction has " + what + " for more than " + millis + " ms and was rolled back",
                ErrorClass.TIMEOUT,
                Outcome.NOT_EXECUTED));
    }

    private void killed(boolean whole) {
        if (whole) {
            end(GatewayError.transactionLost("its session was killed"));
        } else if (current != null) {
            current.killed();
        }
    }

    private void end(GatewayError why) {
        if (ended) {
            return;
        }
        ended = true;
        idle.close();
        total.close();
        whenEnded.accept(this, why);
        var error = why != null ? why : Refusal.error(ErrorClass.NOT_FOUND, "The transaction has ended before this");
        while (!queue.isEmpty()) {
            queue.poll().refuse(error);
        }
        if (current == null) {
            parts.sessions().close(session);
        } else {
            current.stop(error);
        }
    }

    void writable(boolean writable) {
        if (current != null) {
            current.writable(writable);
        }
    }

    /** The socket is gone. */
    void abandon() {
        ended = true;
        idle.close();
        total.close();
        queue.clear();
        if (current != null) {
            current.abandon();
        } else {
            parts.sessions().close(session);
        }
    }
}
