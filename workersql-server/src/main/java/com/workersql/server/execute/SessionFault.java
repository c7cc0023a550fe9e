// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.error.Incidents;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import java.util.function.Consumer;

/**
 * What comes of a session when the gateway's own code fails behind it, be it by an {@link Error}: an event loop would log that and go
 * on, and the client would wait for ever. The client gets the id of an incident, its session ends, and the connection comes to nobody
 * else. Whatever goes on with a session later than in the call of its door is guarded here: what runs on a connection by
 * {@link ShardConnections}, the rest by whoever puts it off. On the session's event loop.
 */
final class SessionFault {
    private SessionFault() {}

    /** A step that the session goes on by. */
    static Runnable guarded(ClientSession session, Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                befell(session, e);
            }
        };
    }

    /** A step that the session goes on by, with what it waited for. */
    static <T> Consumer<T> guarded(ClientSession session, Consumer<T> step) {
        return value -> {
            try {
                step.accept(value);
            } catch (RuntimeException | Error e) {
                befell(session, e);
            }
        };
    }

    /**
     * Ends a session behind a fault.
     *
     * @param cause told to the log alone
     */
    static void befell(ClientSession session, Throwable cause) {
        var error = Incidents.log("a statement of user " + session.principal().user(), cause);
        if (session.isClosed()) {
            return;
        }
        // A statement that was sent may have run; the connection is in a state that nobody knows.
        session.pins().spoil();
        try {
            session.fault(error.withOutcome(session.activity().mayHaveSent() ? Outcome.UNKNOWN : Outcome.NOT_EXECUTED));
        } finally {
            SessionEnd.close(session);
        }
    }
}
