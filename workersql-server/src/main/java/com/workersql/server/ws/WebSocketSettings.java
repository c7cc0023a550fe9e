// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.query.SessionQueue;
import java.util.Set;

/**
 * The limits of WebSockets.
 *
 * @param maxMessageBytes the largest message of a client; 1009 beyond
 * @param maxFragments the most frames that one message may be split into; 1008 beyond
 * @param maxAnswerBytes the largest answer, since it is one message; an error beyond
 * @param answerBudgetBytes the bytes that the answers of all sockets may hold until they are read; an error beyond
 * @param maxRunning how many statements outside of transactions run on a socket at one time
 * @param maxWaiting how many more may wait for that; an error beyond
 * @param maxTransactions how many transactions may be open on a socket; an error beyond
 * @param maxQueued how many statements may wait in one transaction; an error beyond
 * @param transactionIdleMillis how long a transaction may wait for its next statement before it is rolled back
 * @param transactionTotalMillis how long a transaction may take before it is rolled back
 * @param heartbeatMillis the time between two pings; who answers none of two is closed
 * @param stallTimeoutMillis how long a client may read nothing of what is sent before its connection is closed
 * @param allowedOrigins the origins of pages that may connect, besides those that the gateway itself serves
 */
public record WebSocketSettings(
        int maxMessageBytes,
        int maxFragments,
        int maxAnswerBytes,
        long answerBudgetBytes,
        int maxRunning,
        int maxWaiting,
        int maxTransactions,
        int maxQueued,
        int transactionIdleMillis,
        int transactionTotalMillis,
        int heartbeatMillis,
        int stallTimeoutMillis,
        Set<String> allowedOrigins) {
    /** Copies the origins. */
    public WebSocketSettings {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /**
     * The defaults: 1 MiB, 1,024 fragments, 16 MiB, 64 MiB; 8 running, 64 waiting, 16 transactions with 16 waiting each; 30 s,
     * 300 s, 25 s, 30 s; no foreign origin.
     *
     * @return never null
     */
    public static WebSocketSettings defaults() {
        return new WebSocketSettings(
                1 << 20, 1_024, 16 << 20, 64 << 20, 8, 64, 16, 16, 30_000, 300_000, 25_000, 30_000, Set.of());
    }

    /** The bounds of a transaction, whose session ends with it. */
    SessionQueue.Limits transactionLimits() {
        return new SessionQueue.Limits(maxQueued, transactionIdleMillis, transactionTotalMillis, 0);
    }
}
