// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.query.SessionQueue;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

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
 * @param maxSubscriptions how many subscriptions may be open on a socket; an error beyond
 * @param heartbeatMillis the time between two pings; who answers none of two is closed
 * @param stallTimeoutMillis how long a client may read nothing of what is sent before its connection is closed
 * @param compressFromBytes the smallest message that is compressed, where the client takes permessage-deflate
 * @param maxStreams how many streams may be open on a socket of {@code workersql.v1}; an error beyond
 * @param maxInflight how many of its requests may be unanswered before no more are read
 * @param streamIdleMillis how long a stream without a transaction may wait for its next request before what was set in it is gone
 * @param helloTimeoutMillis how long its client has to say who it is
 * @param maxStatements how many prepared statements it may have; an error beyond
 * @param resumeMillis for how long the subscriptions of a socket that is gone may be gone on with; 0 for not at all
 * @param resumeEvents behind how many of its last events a subscription may be gone on with
 * @param resumeBudgetBytes what the positions of all sockets that are gone may take; the oldest are forgotten beyond
 * @param allowedOrigins the origins of pages that may connect, besides those that the gateway itself serves
 * @param tokenInQuery whether a client may name its token in the query of the address, which ends up in logs of proxies
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
        int maxSubscriptions,
        int heartbeatMillis,
        int stallTimeoutMillis,
        int compressFromBytes,
        int maxStreams,
        int maxInflight,
        int streamIdleMillis,
        int helloTimeoutMillis,
        int maxStatements,
        int resumeMillis,
        int resumeEvents,
        long resumeBudgetBytes,
        Set<String> allowedOrigins,
        boolean tokenInQuery) {

    /** {@code max_message_bytes}: default 1 MiB. */
    public static final Setting MAX_MESSAGE_BYTES = new Setting("max_message_bytes", 1 << 20, 1_024, 1 << 30);

    /** {@code max_fragments}: default 1,024. */
    public static final Setting MAX_FRAGMENTS = new Setting("max_fragments", 1_024, 1, 1 << 20);

    /** {@code max_answer_bytes}: default 16 MiB. */
    public static final Setting MAX_ANSWER_BYTES = new Setting("max_answer_bytes", 16 << 20, 1_024, 1 << 30);

    /** {@code answer_budget_bytes}: default 64 MiB. */
    public static final Setting ANSWER_BUDGET_BYTES = new Setting("answer_budget_bytes", 64 << 20, 1 << 20, 1L << 40);

    /** {@code max_running}: default 8. */
    public static final Setting MAX_RUNNING = new Setting("max_running", 8, 1, 10_000);

    /** {@code max_waiting}: default 64. */
    public static final Setting MAX_WAITING = new Setting("max_waiting", 64, 0, 10_000);

    /** {@code max_transactions}: default 16. */
    public static final Setting MAX_TRANSACTIONS = new Setting("max_transactions", 16, 1, 10_000);

    /** {@code max_queued}: default 16. */
    public static final Setting MAX_QUEUED = new Setting("max_queued", 16, 1, 10_000);

    /** {@code transaction_idle_millis}: default 30 s. */
    public static final Setting TRANSACTION_IDLE_MILLIS =
            new Setting("transaction_idle_millis", 30_000, 100, 86_400_000);

    /** {@code transaction_total_millis}: default 300 s. */
    public static final Setting TRANSACTION_TOTAL_MILLIS =
            new Setting("transaction_total_millis", 300_000, 100, 86_400_000);

    /** {@code max_subscriptions}: default 64. */
    public static final Setting MAX_SUBSCRIPTIONS = new Setting("max_subscriptions", 64, 0, 10_000);

    /** {@code heartbeat_millis}: default 25 s. */
    public static final Setting HEARTBEAT_MILLIS = new Setting("heartbeat_millis", 25_000, 1_000, 600_000);

    /** {@code stall_timeout_millis}: default 30 s. */
    public static final Setting STALL_TIMEOUT_MILLIS = new Setting("stall_timeout_millis", 30_000, 100, 3_600_000);

    /** {@code compress_from_bytes}: default 1 KiB. */
    public static final Setting COMPRESS_FROM_BYTES = new Setting("compress_from_bytes", 1_024, 0, 1 << 30);

    /** {@code max_streams}: default 128. */
    public static final Setting MAX_STREAMS = new Setting("max_streams", 128, 1, 10_000);

    /** {@code max_inflight}: default 256. */
    public static final Setting MAX_INFLIGHT = new Setting("max_inflight", 256, 1, 10_000);

    /** {@code stream_idle_millis}: default 1 h. */
    public static final Setting STREAM_IDLE_MILLIS = new Setting("stream_idle_millis", 3_600_000, 100, 86_400_000);

    /** {@code hello_timeout_millis}: default 10 s. */
    public static final Setting HELLO_TIMEOUT_MILLIS = new Setting("hello_timeout_millis", 10_000, 100, 600_000);

    /** {@code max_statements}: default 256. */
    public static final Setting MAX_STATEMENTS = new Setting("max_statements", 256, 0, 100_000);

    /** {@code resume_millis}: default 60 s. */
    public static final Setting RESUME_MILLIS = new Setting("resume_millis", 60_000, 0, 3_600_000);

    /** {@code resume_events}: default 256. */
    public static final Setting RESUME_EVENTS = new Setting("resume_events", 256, 0, 65_536);

    /** {@code resume_budget_bytes}: default 16 MiB. */
    public static final Setting RESUME_BUDGET_BYTES = new Setting("resume_budget_bytes", 16 << 20, 0, 1L << 40);

    /** Copies the origins. */
    public WebSocketSettings {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /**
     * Every limit at its default, and no foreign origin.
     *
     * @return never null
     */
    public static WebSocketSettings defaults() {
        return of(Map.of(), Set.of());
    }

    /**
     * Every limit at its default but those given.
     *
     * @param values by their settings
     * @param allowedOrigins the origins of pages that may connect
     * @return never null
     */
    public static WebSocketSettings of(Map<Setting, Long> values, Set<String> allowedOrigins) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()), allowedOrigins);
    }

    /**
     * Reads every limit.
     *
     * @param values gives the value of a setting, within its range
     * @param allowedOrigins the origins of pages that may connect
     * @return never null
     */
    public static WebSocketSettings read(ToLongFunction<Setting> values, Set<String> allowedOrigins) {
        return new WebSocketSettings(
                (int) values.applyAsLong(MAX_MESSAGE_BYTES),
                (int) values.applyAsLong(MAX_FRAGMENTS),
                (int) values.applyAsLong(MAX_ANSWER_BYTES),
                values.applyAsLong(ANSWER_BUDGET_BYTES),
                (int) values.applyAsLong(MAX_RUNNING),
                (int) values.applyAsLong(MAX_WAITING),
                (int) values.applyAsLong(MAX_TRANSACTIONS),
                (int) values.applyAsLong(MAX_QUEUED),
                (int) values.applyAsLong(TRANSACTION_IDLE_MILLIS),
                (int) values.applyAsLong(TRANSACTION_TOTAL_MILLIS),
                (int) values.applyAsLong(MAX_SUBSCRIPTIONS),
                (int) values.applyAsLong(HEARTBEAT_MILLIS),
                (int) values.applyAsLong(STALL_TIMEOUT_MILLIS),
                (int) values.applyAsLong(COMPRESS_FROM_BYTES),
                (int) values.applyAsLong(MAX_STREAMS),
                (int) values.applyAsLong(MAX_INFLIGHT),
                (int) values.applyAsLong(STREAM_IDLE_MILLIS),
                (int) values.applyAsLong(HELLO_TIMEOUT_MILLIS),
                (int) values.applyAsLong(MAX_STATEMENTS),
                (int) values.applyAsLong(RESUME_MILLIS),
                (int) values.applyAsLong(RESUME_EVENTS),
                values.applyAsLong(RESUME_BUDGET_BYTES),
                allowedOrigins,
                false);
    }

    /**
     * The same with another answer to whether a token may stand in the query.
     *
     * @param allowed whether it may
     * @return a copy
     */
    public WebSocketSettings withTokenInQuery(boolean allowed) {
        return new WebSocketSettings(
                maxMessageBytes,
                maxFragments,
                maxAnswerBytes,
                answerBudgetBytes,
                maxRunning,
                maxWaiting,
                maxTransactions,
                maxQueued,
                transactionIdleMillis,
                transactionTotalMillis,
                maxSubscriptions,
                heartbeatMillis,
                stallTimeoutMillis,
                compressFromBytes,
                maxStreams,
                maxInflight,
                streamIdleMillis,
                helloTimeoutMillis,
                maxStatements,
                resumeMillis,
                resumeEvents,
                resumeBudgetBytes,
                allowedOrigins,
                allowed);
    }

    /** The bounds of a stream, in which transactions come and go. */
    SessionQueue.Limits streamLimits() {
        return new SessionQueue.Limits(maxInflight, transactionIdleMillis, transactionTotalMillis, streamIdleMillis);
    }

    /** The bounds of a transaction, whose session ends with it. */
    SessionQueue.Limits transactionLimits() {
        return new SessionQueue.Limits(maxQueued, transactionIdleMillis, transactionTotalMillis, 0);
    }
}
