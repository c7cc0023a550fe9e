// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

/**
 * The limits of HTTP requests and answers.
 *
 * @param maxConnections the most connections of this door, WebSockets included; 503 beyond
 * @param maxRequestLineBytes the longest request line; 414 beyond
 * @param maxHeaderBytes the most header bytes of a request; 431 beyond
 * @param maxBodyBytes the largest body of a request; 413 beyond
 * @param headerTimeoutMillis how long a request's headers may take from their first byte, or a new connection to its first
 *     request; 408 beyond
 * @param bodyTimeoutMillis how long a request's body may take; 408 beyond
 * @param idleTimeoutMillis how long a connection may wait for its next request
 * @param stallTimeoutMillis how long a client may read nothing of an answer before its connection is closed
 * @param maxPipelinedBytes how much may be read ahead of the request that is being answered
 * @param heldAnswerBytes how much of an answer is held back, so that an error found until then has its own status
 * @param maxRowBytes the largest row of a result
 * @param maxStatementMillis how long a statement may run, and the most that a request may ask for
 * @param compressFromBytes the smallest answer that is compressed
 */
public record HttpSettings(
        int maxConnections,
        int maxRequestLineBytes,
        int maxHeaderBytes,
        int maxBodyBytes,
        int headerTimeoutMillis,
        int bodyTimeoutMillis,
        int idleTimeoutMillis,
        int stallTimeoutMillis,
        int maxPipelinedBytes,
        int heldAnswerBytes,
        int maxRowBytes,
        int maxStatementMillis,
        int compressFromBytes) {
    /**
     * The defaults: 10,000 connections; 8 KiB, 16 KiB, 1 MiB; 10 s, 30 s, 60 s, 30 s; 64 KiB, 64 KiB, 16 MiB; 300 s; 1 KiB.
     *
     * @return never null
     */
    public static HttpSettings defaults() {
        return new HttpSettings(
                10_000, 8 << 10, 16 << 10, 1 << 20, 10_000, 30_000, 60_000, 30_000, 64 << 10, 64 << 10, 16 << 20,
                300_000, 1 << 10);
    }

    /**
     * The same limits with another number of connections.
     *
     * @param connections the most connections of this door
     * @return a copy
     */
    public HttpSettings withMaxConnections(int connections) {
        return new HttpSettings(
                connections,
                maxRequestLineBytes,
                maxHeaderBytes,
                maxBodyBytes,
                headerTimeoutMillis,
                bodyTimeoutMillis,
                idleTimeoutMillis,
                stallTimeoutMillis,
                maxPipelinedBytes,
                heldAnswerBytes,
                maxRowBytes,
                maxStatementMillis,
                compressFromBytes);
    }
}
