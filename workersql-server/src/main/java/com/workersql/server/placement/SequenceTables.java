// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The sequences of a policy, each a table on one shard, in the schema of the table that gets its keys from it. */
final class SequenceTables {
    private static final String COLUMN = "next_id";

    private final RoutingPolicy policy;
    private final List<TableRule.Keyed> users;

    SequenceTables(RoutingPolicy policy, Collection<TableRule.Keyed> rules) {
        this.policy = policy;
        this.users = rules.stream().filter(rule -> rule.sequence() != null).toList();
    }

    /** The names of their tables, in lower case. */
    Set<String> names() {
        return users.stream().map(rule -> lower(rule.sequence())).collect(Collectors.toSet());
    }

    /**
     * Compares them with what is there.
     *
     * @param answers the columns of each shard that has answered
     */
    SchemaFaults faults(Map<String, List<KeyColumn>> answers) {
        var faults = new TreeMap<String, String>();
        var missing = new TreeMap<String, String>();
        for (var user : users) {
            String sequence = lower(user.sequence());
            if (!(policy.table(sequence).orElse(null) instanceof TableRule.Single place)
                    || !answers.containsKey(place.shard())) {
                continue;
            }
            var there = of(sequence, answers.get(place.shard()));
            there.forEach((schema, columns) -> {
                String fault = fault(schema + "." + sequence, columns);
                if (fault != null) {
                    faults.putIfAbsent(sequence, "on shard " + place.shard() + ", " + fault);
                }
            });
            for (var columns : answers.values()) {
                for (String schema : of(lower(user.table()), columns).keySet()) {
                    if (!there.containsKey(schema)) {
                        missing.putIfAbsent(
                                sequence,
                                "on shard " + place.shard() + ", " + schema + "." + sequence
                                        + " does not exist, from which rows of " + user.table() + " get their keys");
                    }
                }
            }
        }
        return new SchemaFaults(faults, missing);
    }

    private static String fault(String name, List<KeyColumn> columns) {
        for (var column : columns) {
            if (column.name().equalsIgnoreCase(COLUMN)) {
                return column.sequenceFault();
            }
        }
        return name + " has no column " + COLUMN;
    }

    private static Map<String, List<KeyColumn>> of(String table, List<KeyColumn> columns) {
        return columns.stream()
                .filter(column -> lower(column.table()).equals(table))
                .collect(Collectors.groupingBy(KeyColumn::schema, TreeMap::new, Collectors.toList()));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
