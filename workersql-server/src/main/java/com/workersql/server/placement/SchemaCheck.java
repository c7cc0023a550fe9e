// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardQuestion;
import io.netty.channel.EventLoop;
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

    private final EventLoop loop;
    private final ShardQuestion question;

    /**
     * A check.
     *
     * @param loop carries the questions
     * @param nanoClock a monotonic clock
     * @param timeoutMillis how long a shard may take to give a connection, and then to answer
     */
    public SchemaCheck(EventLoop loop, LongSupplier nanoClock, int timeoutMillis) {
        this.loop = loop;
        this.question = new ShardQuestion(nanoClock, TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
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
        if (shard.account() == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        return question.ask(shard, loop, sql).handle((answer, error) -> {
            String fault = error != null
                    ? error.getMessage()
                    : answer.status().isError() ? answer.status().message() : null;
            if (fault == null) {
                return answer.rows().stream().map(KeyColumn::of).toList();
            }
            LOG.warn("The key columns of shard {} could not be looked at: {}", shard.name(), fault);
            return List.of();
        });
    }
}
