// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How the shards' binary logs are followed for subscribers. Without it there is no change feed.
 *
 * @param firstServerId the first of this gateway's replica server ids; it uses {@code 1 + catchUpReaders} of them for each shard, which
 *     no server and no other gateway of these shards may have
 * @param account by which the logs are read, on every shard; null: each shard's own account
 * @param queueBytes how much may wait for a subscription before a transaction is put in; it is lost beyond
 * @param bufferBytes how much may wait for all subscriptions together; the slowest is lost beyond
 * @param transactionBytes how many bytes of rows one transaction may have; its subscriptions are lost beyond
 * @param maxSubscriptions how many subscriptions there may be
 * @param maxSubscriptionsPerTenant how many of one tenant
 * @param catchUpReaders how many more connections to a shard may read from older positions at one time
 * @param idleMillis how long a shard's log is read on when nobody wants it
 * @param stallMillis how long a subscription that reads from an older position may take nothing; it is lost beyond
 */
public record ChangesConfig(
        long firstServerId,
        ShardAccount account,
        int queueBytes,
        long bufferBytes,
        int transactionBytes,
        int maxSubscriptions,
        int maxSubscriptionsPerTenant,
        int catchUpReaders,
        int idleMillis,
        int stallMillis) {

    /** {@code first_server_id}: needed; there is no number that is right everywhere. */
    public static final Setting FIRST_SERVER_ID = new Setting("first_server_id", 0, 1, 4_294_900_000L);

    /** {@code queue_bytes}: default 1 MiB. */
    public static final Setting QUEUE_BYTES = new Setting("queue_bytes", 1 << 20, 1 << 18, 1 << 30);

    /** {@code buffer_bytes}: default 64 MiB. */
    public static final Setting BUFFER_BYTES = new Setting("buffer_bytes", 64 << 20, 1 << 20, 1L << 40);

    /** {@code transaction_bytes}: default 16 MiB. */
    public static final Setting TRANSACTION_BYTES = new Setting("transaction_bytes", 16 << 20, 1 << 16, 1 << 30);

    /** {@code max_subscriptions}: default 10,000; beyond it a client gets error 1226. */
    public static final Setting MAX_SUBSCRIPTIONS = new Setting("max_subscriptions", 10_000, 1, 1_000_000);

    /** {@code max_subscriptions_per_tenant}: default 1,000; beyond it a client gets error 1226. */
    public static final Setting MAX_SUBSCRIPTIONS_PER_TENANT =
            new Setting("max_subscriptions_per_tenant", 1_000, 1, 1_000_000);

    /** {@code catch_up_readers}: default 2. */
    public static final Setting CATCH_UP_READERS = new Setting("catch_up_readers", 2, 1, 64);

    /** {@code idle_millis}: default 60,000. */
    public static final Setting IDLE_MILLIS = new Setting("idle_millis", 60_000, 0, 86_400_000);

    /** {@code stall_millis}: default 30,000. */
    public static final Setting STALL_MILLIS = new Setting("stall_millis", 30_000, 100, 3_600_000);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public ChangesConfig {
        FIRST_SERVER_ID.check(firstServerId);
        QUEUE_BYTES.check(queueBytes);
        BUFFER_BYTES.check(bufferBytes);
        TRANSACTION_BYTES.check(transactionBytes);
        MAX_SUBSCRIPTIONS.check(maxSubscriptions);
        MAX_SUBSCRIPTIONS_PER_TENANT.check(maxSubscriptionsPerTenant);
        CATCH_UP_READERS.check(catchUpReaders);
        IDLE_MILLIS.check(idleMillis);
        STALL_MILLIS.check(stallMillis);
    }

    /** Every setting at its default but those given, among which {@link #FIRST_SERVER_ID} has to be. */
    public static ChangesConfig of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()), null);
    }

    static ChangesConfig read(ToLongFunction<Setting> values, ShardAccount account) {
        return new ChangesConfig(
                values.applyAsLong(FIRST_SERVER_ID),
                account,
                (int) values.applyAsLong(QUEUE_BYTES),
                values.applyAsLong(BUFFER_BYTES),
                (int) values.applyAsLong(TRANSACTION_BYTES),
                (int) values.applyAsLong(MAX_SUBSCRIPTIONS),
                (int) values.applyAsLong(MAX_SUBSCRIPTIONS_PER_TENANT),
                (int) values.applyAsLong(CATCH_UP_READERS),
                (int) values.applyAsLong(IDLE_MILLIS),
                (int) values.applyAsLong(STALL_MILLIS));
    }
}
