// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.SessionQueue;
import com.workersql.server.http.query.SessionTask;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SqlModes;

/**
 * One stream of a socket: a session of its own, in which requests run in the order in which they came. Confined to the socket's
 * event loop.
 */
final class SqlStream {
    private final ClientMessage.Open options;
    private final SessionQueue queue;
    private boolean closing;

    SqlStream(ClientMessage.Open options, SessionQueue queue) {
        this.options = options;
        this.queue = queue;
    }

    /** The statement as the stream's options have it, where it does not say otherwise itself. */
    QueryRequest request(QueryRequest request) {
        int millis = request.timeoutMillis() > 0 ? request.timeoutMillis() : options.timeoutMillis();
        var hinted = request.sql().startsWith("/*+") ? request.sql() : options.hints() + request.sql();
        return new QueryRequest(hinted, request.parameters(), millis, request.rowsAsArrays(), null);
    }

    /** How its servers read quotes now. */
    SqlModes sqlModes() {
        return queue.session().sqlModes();
    }

    void add(StreamCall call) throws Refusal {
        if (closing) {
            throw Refusal.malformed("stream " + options.stream() + " is being closed");
        }
        queue.add(call);
    }

    /** Ends the session for good: it could not be made what the client wants. What waits is told so. */
    void fail(GatewayError error) {
        queue.end(error);
    }

    boolean isIdle() {
        return queue.isIdle() && !queue.session().transaction().isOpen();
    }

    void writable(boolean writable) {
        queue.writable(writable);
    }

    /** The client is gone. */
    void abandon() {
        queue.abandon();
    }

    /**
     * Ends the session behind all that was asked before.
     *
     * @param closed called then
     */
    void close(Runnable closed) {
        if (closing) {
            return;
        }
        closing = true;
        try {
            queue.add(new Close(closed));
        } catch (Refusal e) {
            // It has ended by itself, or so much waits that the order cannot be kept.
            queue.end(null);
            closed.run();
        }
    }

    /** Does nothing, and ends the session by that. */
    private record Close(Runnable closed) implements SessionTask {
        @Override
        public void start(ClientSession session, Runnable whenOver) {
            whenOver.run();
            closed.run();
        }

        @Override
        public void refuse(GatewayError error) {
            closed.run();
        }

        @Override
        public void writable(boolean writable) {}

        @Override
        public void stop(GatewayError error) {}

        @Override
        public void killed() {}

        @Override
        public void abandon() {}

        @Override
        public boolean hasLostSession() {
            return false;
        }

        @Override
        public boolean endsSession() {
            return true;
        }
    }
}
