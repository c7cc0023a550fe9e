// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.SocketGate;
import com.workersql.server.http.query.QueryRequest;
import java.util.List;

/** A message of a client of {@code workersql.v1}. Ids are kept as the JSON text that the client wrote. */
sealed interface ClientMessage {
    /**
     * The first message.
     *
     * @param proof who the client is; null where the upgrade said it
     * @param resume what it goes on with; null for nothing
     */
    record Hello(SocketGate.Proof proof, SubscriptionResume resume) implements ClientMessage {}

    /** Who the client is, once more, before the first token expires. */
    record Auth(SocketGate.Proof proof) implements ClientMessage {}

    /**
     * Opens a stream.
     *
     * @param database the schema, or null for the client's own
     * @param opening statements that run before all others
     * @param hints a comment before each statement; empty for none
     * @param timeoutMillis of each statement; 0 for the gateway's own limit
     * @param fault why it cannot be opened, or null
     */
    record Open(int stream, String database, List<String> opening, String hints, int timeoutMillis, GatewayError fault)
            implements ClientMessage {}

    /** Closes a stream behind what it was asked before. */
    record Close(int stream) implements ClientMessage {}

    /** What one stream is asked, and answers under an id. */
    sealed interface Request extends ClientMessage {
        String id();

        int stream();
    }

    /**
     * A statement.
     *
     * @param fetch how many rows may be sent at first; {@link #ALL} for no bound
     */
    record Exec(String id, int stream, QueryRequest request, long fetch) implements Request {}

    /** The statements of a transaction's begin or end. */
    record Control(String id, int stream, List<String> statements) implements Request {}

    /**
     * Several statements.
     *
     * @param transaction whether they take effect together or not at all
     * @param fetch how many rows of each may be sent at first; {@link #ALL} for no bound
     */
    record Batch(String id, int stream, List<BatchStep> steps, boolean transaction, long fetch) implements Request {}

    /**
     * A statement that was prepared.
     *
     * @param request without its text
     * @param fetch how many rows may be sent at first; {@link #ALL} for no bound
     */
    record Execute(String id, int stream, int statement, QueryRequest request, long fetch) implements Request {}

    /** Keeps a statement's text under a number of the client's. */
    record Prepare(String id, int stream, int statement, String sql) implements ClientMessage {}

    /** Forgets a statement's text. */
    record CloseStatement(int stream, int statement) implements ClientMessage {}

    /** A request that is known by its id and cannot be accepted. */
    record Refused(String id, GatewayError error) implements ClientMessage {}

    /**
     * Credit for more rows.
     *
     * @param id what a refusal is for; null for the cursor's own
     * @param maxBytes {@link #ALL} for no bound
     */
    record Fetch(String id, long cursor, long maxRows, long maxBytes) implements ClientMessage {}

    /** Ends a request, whose answer is then error 1317. */
    record Cancel(String id) implements ClientMessage {}

    record Subscribe(String id, String table, String from) implements ClientMessage {}

    /** Ends a subscription of that name. */
    record Unsubscribe(String id, String subscription) implements ClientMessage {}

    /** Asks for a pong with the same id, or with none. */
    record Ping(String id) implements ClientMessage {}

    /** Shows that the client is there. */
    record Pong() implements ClientMessage {}

    /** JSON that is no message: the socket is closed for the reason. */
    record Unusable(String reason) implements ClientMessage {}

    /** No bound. */
    long ALL = Long.MAX_VALUE;
}
