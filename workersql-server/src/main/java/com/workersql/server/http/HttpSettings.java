// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The limits of HTTP requests and answers.
 *
 * @param maxConnections the most connections of this door, WebSockets included; 503 beyond. It is {@code limits.max_connections}
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
 * @param maxStreams how many requests may be open at one time on one connection of HTTP/2
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
        int compressFromBytes,
        int maxStreams) {

    /** {@code max_request_line_bytes}: default 8 KiB. */
    public static final Setting MAX_REQUEST_LINE_BYTES = new Setting("max_request_line_bytes", 8_192, 256, 1 << 20);

    /** {@code max_header_bytes}: default 16 KiB. */
    public static final Setting MAX_HEADER_BYTES = new Setting("max_header_bytes", 16_384, 1_024, 1 << 20);

    /** {@code max_body_bytes}: default 1 MiB. */
    public static final Setting MAX_BODY_BYTES = new Setting("max_body_bytes", 1 << 20, 1_024, 1 << 30);

    /** {@code header_timeout_millis}: default 10 s. */
    public static final Setting HEADER_TIMEOUT_MILLIS = new Setting("header_timeout_millis", 10_000, 100, 600_000);

    /** {@code body_timeout_millis}: default 30 s. */
    public static final Setting BODY_TIMEOUT_MILLIS = new Setting("body_timeout_millis", 30_000, 100, 3_600_000);

    /** {@code idle_timeout_millis}: default 60 s. */
    public static final Setting IDLE_TIMEOUT_MILLIS = new Setting("idle_timeout_millis", 60_000, 100, 3_600_000);

    /** {@code stall_timeout_millis}: default 30 s. */
    public static final Setting STALL_TIMEOUT_MILLIS = new Setting("stall_timeout_millis", 30_000, 100, 3_600_000);

    /** {@code max_pipelined_bytes}: default 64 KiB. */
    public static final Setting MAX_PIPELINED_BYTES = new Setting("max_pipelined_bytes", 65_536, 1_024, 1 << 24);

    /** {@code held_answer_bytes}: default 64 KiB. */
    public static final Setting HELD_ANSWER_BYTES = new Setting("held_answer_bytes", 65_536, 1_024, 1 << 24);

    /** {@code max_row_bytes}: default 16 MiB. */
    public static final Setting MAX_ROW_BYTES = new Setting("max_row_bytes", 16 << 20, 1_024, 1 << 30);

    /** {@code max_statement_millis}: default 300 s. */
    public static final Setting MAX_STATEMENT_MILLIS = new Setting("max_statement_millis", 300_000, 1, 86_400_000);

    /** {@code compress_from_bytes}: default 1 KiB. */
    public static final Setting COMPRESS_FROM_BYTES = new Setting("compress_from_bytes", 1_024, 0, 1 << 30);

    /** {@code max_streams}: default 100. */
    public static final Setting MAX_STREAMS = new Setting("max_streams", 100, 1, 10_000);

    private static final int DEFAULT_CONNECTIONS = 10_000;

    /**
     * Every limit at its default.
     *
     * @return never null
     */
    public static HttpSettings defaults() {
        return of(Map.of());
    }

    /**
     * Every limit at its default but those given.
     *
     * @param values by their settings
     * @return never null
     */
    public static HttpSettings of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    /**
     * Reads every limit.
     *
     * @param values gives the value of a setting, within its range
     * @return with the default number of connections
     */
    public static HttpSettings read(ToLongFunction<Setting> values) {
        return new HttpSettings(
                DEFAULT_CONNECTIONS,
                (int) values.applyAsLong(MAX_REQUEST_LINE_BYTES),
                (int) values.applyAsLong(MAX_HEADER_BYTES),
                (int) values.applyAsLong(MAX_BODY_BYTES),
                (int) values.applyAsLong(HEADER_TIMEOUT_MILLIS),
                (int) values.applyAsLong(BODY_TIMEOUT_MILLIS),
                (int) values.applyAsLong(IDLE_TIMEOUT_MILLIS),
                (int) values.applyAsLong(STALL_TIMEOUT_MILLIS),
                (int) values.applyAsLong(MAX_PIPELINED_BYTES),
                (int) values.applyAsLong(HELD_ANSWER_BYTES),
                (int) values.applyAsLong(MAX_ROW_BYTES),
                (int) values.applyAsLong(MAX_STATEMENT_MILLIS),
                (int) values.applyAsLong(COMPRESS_FROM_BYTES),
                (int) values.applyAsLong(MAX_STREAMS));
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
                compressFromBytes,
                maxStreams);
    }
}
