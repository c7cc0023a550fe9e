// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardQuestion;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the key columns and sequences of a policy with those that the shards have. A key that a server compares in another way
 * than the policy says would send one row to two shards. A table that does not exist yet, or a shard that does not answer, is no
 * fault; a sequence has to be there where a table is that gets its keys from it.
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
     * @return done when all have answered or failed to
     */
    public CompletableFuture<SchemaFaults> faults(RoutingPolicy policy, List<Shard> shards) {
        var rules = new LinkedHashMap<String, TableRule.Keyed>();
        policy.tables().forEach((name, rule) -> {
            if (rule instanceof TableRule.Keyed keyed) {
                rules.put(name, keyed);
            }
        });
        if (rules.isEmpty()) {
            return CompletableFuture.completedFuture(SchemaFaults.NONE);
        }
        var sequences = new SequenceTables(policy, rules.values());
        String sql = String.format(
                Locale.ROOT,
                KeyColumn.QUESTION,
                Stream.concat(rules.keySet().stream(), sequences.names().stream())
                        .map(name -> "x'" + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)) + "'")
                        .collect(Collectors.joining(", ")));
        var asked = new LinkedHashMap<String, CompletableFuture<Optional<List<KeyColumn>>>>();
        shards.forEach(shard -> asked.put(shard.name(), ask(shard, sql)));
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    var tables = new TreeMap<String, String>();
                    var answers = new LinkedHashMap<String, List<KeyColumn>>();
                    asked.forEach((shard, answer) -> answer.join().ifPresent(columns -> {
                        compare(shard, rules, columns).forEach(tables::putIfAbsent);
                        answers.put(shard, columns);
                    }));
                    var ofSequences = sequences.faults(answers);
                    tables.putAll(ofSequences.tables());
                    return new SchemaFaults(tables, ofSequences.missing());
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

    /** Nothing where a shard does not say. */
    private CompletableFuture<Optional<List<KeyColumn>>> ask(Shard shard, String sql) {
        if (shard.account() == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return question.ask(shard, loop, sql).handle((answer, error) -> {
            String fault = error != null
                    ? error.getMessage()
                    : answer.status().isError() ? answer.status().message() : null;
            if (fault == null) {
                return Optional.of(answer.rows().stream().map(KeyColumn::of).toList());
            }
            LOG.warn("The key columns of shard {} could not be looked at: {}", shard.name(), fault);
            return Optional.empty();
        });
    }
}
