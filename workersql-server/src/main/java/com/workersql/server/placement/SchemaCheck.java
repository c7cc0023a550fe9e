// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import com.workersql.pool.AcquireRequest;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PoolKey;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.TextRows;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the key columns of a policy with those that the shards have. A key that a server compares in another way than the
 * policy says would send one row to two shards. A table that does not exist yet, or a shard that does not answer, is no fault.
 */
public final class SchemaCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaCheck.class);
    private static final int UTF8MB4_GENERAL_CI = 45;
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SESSION_TRACK
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final long timeoutNanos;

    /**
     * A check.
     *
     * @param loop carries the questions
     * @param nanoClock a monotonic clock
     * @param timeoutMillis how long a shard may take to give a connection, and then to answer
     */
    public SchemaCheck(EventLoop loop, LongSupplier nanoClock, int timeoutMillis) {
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }

    /**
     * Asks all shards.
     *
     * @param policy the policy
     * @param shards the shards
     * @return done when all have answered or failed to: for each table in lower case what is wrong with it
     */
    public CompletableFuture<Map<String, String>> faults(RoutingPolicy policy, List<Shard> shards) {
        var rules = new LinkedHashMap<String, TableRule.Keyed>();
        policy.tables().forEach((name, rule) -> {
            if (rule instanceof TableRule.Keyed keyed) {
                rules.put(name, keyed);
            }
        });
        if (rules.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        String sql = String.format(
                Locale.ROOT,
                KeyColumn.QUESTION,
                rules.keySet().stream()
                        .map(name -> "x'" + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)) + "'")
                        .collect(Collectors.joining(", ")));
        var all = new TreeMap<String, String>();
        var asked = new ArrayList<CompletableFuture<Void>>();
        for (var shard : shards) {
            asked.add(ask(shard, sql).thenAccept(columns -> {
                synchronized (all) {
                    compare(shard.name(), rules, columns).forEach(all::putIfAbsent);
                }
            }));
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    synchronized (all) {
                        return Map.copyOf(all);
                    }
                });
    }

    /** What is wrong with the tables of one shard, by table in lower case. */
    static Map<String, String> compare(String shard, Map<String, TableRule.Keyed> rules, List<KeyColumn> columns) {
        var faults = new TreeMap<String, String>();
        var tables = new HashSet<String>();
        var found = new HashSet<String>();
        for (var column : columns) {
            String table = column.table().toLowerCase(Locale.ROOT);
            var rule = rules.get(table);
            String place = column.schema() + "." + table;
            tables.add(place);
            if (rule != null && rule.key().equalsIgnoreCase(column.name())) {
                found.add(place);
                String fault = column.fault(rule);
                if (fault != null) {
                    faults.putIfAbsent(table, "on shard " + shard + ", " + fault);
                }
            }
        }
        for (var place : tables) {
            String table = place.substring(place.indexOf('.') + 1);
            if (!found.contains(place) && rules.containsKey(table)) {
                faults.putIfAbsent(
                        table,
                        "on shard " + shard + ", " + place + " has no column "
                                + rules.get(table).key());
            }
        }
        return faults;
    }

    private CompletableFuture<List<KeyColumn>> ask(Shard shard, String sql) {
        var done = new CompletableFuture<List<KeyColumn>>();
        if (shard.account() == null) {
            done.complete(List.of());
            return done;
        }
        var key = new PoolKey(shard.primary(), shard.account(), null, CAPABILITIES, shard.tls(), UTF8MB4_GENERAL_CI);
        shard.pool()
                .acquire(AcquireRequest.of(key, loop, nanoClock.getAsLong() + timeoutNanos))
                .addListener((Future<PooledConnection> future) -> {
                    if (future.isSuccess()) {
                        question(shard, future.getNow(), sql, done);
                        // A server that has stopped answering holds nobody up; its connection stays away until it does.
                        loop.schedule(
                                () -> {
                                    if (!done.isDone()) {
                                        unanswered(shard, new TimeoutException("no answer in time"), done);
                                    }
                                },
                                timeoutNanos,
                                TimeUnit.NANOSECONDS);
                    } else {
                        unanswered(shard, future.cause(), done);
                    }
                });
        return done;
    }

    private static void unanswered(Shard shard, Throwable cause, CompletableFuture<List<KeyColumn>> done) {
        LOG.warn("The key columns of shard {} could not be looked at: {}", shard.name(), cause.getMessage());
        done.complete(List.of());
    }

    private static void question(
            Shard shard, PooledConnection connection, String sql, CompletableFuture<List<KeyColumn>> done) {
        new TextRows() {
            @Override
            protected void completed(List<String[]> rows, ReplyStatus status) {
                connection.release();
                if (status.isError()) {
                    unanswered(shard, new IllegalStateException(status.message()), done);
                } else {
                    done.complete(rows.stream().map(KeyColumn::of).toList());
                }
            }

            @Override
            public void onBroken(BrokenConnectionException e) {
                connection.discard("broken");
                unanswered(shard, e, done);
            }
        }.ask(connection, sql);
    }
}
