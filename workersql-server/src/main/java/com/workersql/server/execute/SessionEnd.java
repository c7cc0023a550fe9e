// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.server.session.ClientSession;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** How a session, or what it runs, comes to its end: its connection never comes to anybody else in the state it is in. */
final class SessionEnd {
    private static final int CANCEL_AGAIN_MILLIS = 50;
    private static final int CANCEL_LAST_MILLIS = 10_000;

    private SessionEnd() {}

    /** Ends a session whose client is gone: a running statement is killed, an open transaction rolled back. */
    static void close(ClientSession session) {
        if (session.isClosed()) {
            return;
        }
        var activity = session.activity();
        session.close();
        activity.cancelled(true);
        activity.leave();
        activity.interrupt();
        activity.dropUnsent();
        session.prepared().clear();
        var waiting = activity.takeWaiting();
        var running = activity.running();
        boolean asked = running != null && activity.isAsked() && !isBeyondReset(session, running);
        activity.running(null);
        if (running == null) {
            letGo(session, "client gone");
        } else {
            session.held(null);
            if (!asked) {
                // The server does not notice that a client is gone before its statement has ended: it is told.
                activity.departing(running);
                running.kill().addListener(killed -> gone(session));
            }
            // Otherwise an answer is due in a moment, and whoever asked gives the connection back.
        }
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Closes the connection of a session whose client is gone, once: behind the kill, or when it broke before that. */
    static void gone(ClientSession session) {
        var connection = session.activity().departing();
        if (connection != null) {
            session.activity().departing(null);
            connection.discard("client gone");
        }
    }

    /** Ends the statement that a session runs or that waits for its turn; its reply is then an error. Nothing happens when there is none. */
    static void cancel(ClientSession session) {
        session.activity().cancelled(true);
        if (session.activity().running() == null || session.activity().isAsked()) {
            // What the gateway asks the connection is not the client's, and without its answer the session loses what
            // is there.
            session.activity().interrupt();
            return;
        }
        cancel(session, CANCEL_AGAIN_MILLIS);
    }

    /** A KILL has a connection of its own and may overtake what it is for, of which the server then knows nothing: it is repeated. */
    private static void cancel(ClientSession session, int againMillis) {
        var activity = session.activity();
        var running = activity.running();
        if (running == null || session.isClosed()) {
            return;
        }
        running.cancelRunning();
        long since = activity.sinceNanos();
        if (againMillis <= CANCEL_LAST_MILLIS) {
            session.loop()
                    .schedule(
                            () -> {
                                if (activity.running() == running && activity.sinceNanos() == since) {
                                    cancel(session, 2 * againMillis);
                                }
                            },
                            againMillis,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** Gives up the connection that a session holds, in a state that the next borrower can rely on. */
    static void letGo(ClientSession session, String why) {
        var held = session.held();
        if (held == null) {
            return;
        }
        boolean beyondReset = isBeyondReset(session, held.connection());
        session.held(null);
        if (beyondReset) {
            held.connection().discard(why);
        } else {
            held.connection().releaseAfterReset();
        }
    }

    /** Whether the session may have left on its connection what a reset does not take away. */
    private static boolean isBeyondReset(ClientSession session, PooledConnection connection) {
        if (session.pins().isSpoiled()
                || !Objects.equals(
                        connection.state().schema(), connection.key().account().database())) {
            return true;
        }
        for (var reason : session.pins().reasons()) {
            switch (reason) {
                case CALL, XA, ROLE, UNKNOWN_STATE, TRACKED_STATE, LOCK_TABLES, GLOBAL_READ_LOCK -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }
}
