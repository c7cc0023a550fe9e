// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.internal.analyze.KeyFacts;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.SpreadFacts.Choice;
import com.workersql.router.internal.analyze.SpreadFacts.Interval;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.router.policy.TableRule.Keyed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The tables of one block that are spread by a key, and what the block says of their keys: to which shards each is restricted,
 * and which of them hang together because their keys are equal.
 */
final class KeyedBlock {

    private final KeyFacts facts;
    private final KeyValues values;
    private final boolean preparing;
    private final Map<String, Keyed> byAlias = new LinkedHashMap<>();
    private final Map<String, Set<String>> restricted = new HashMap<>();
    private final Set<String> nullable = new HashSet<>();
    private final List<Choice> lists = new ArrayList<>();
    private String refusal;
    private String unplaced;

    KeyedBlock(KeyFacts facts, RoutingPolicy policy, KeyValues values, boolean preparing) {
        this.facts = facts;
        this.values = values;
        this.preparing = preparing;
        for (int i = 0; i < facts.tables().size(); i++) {
            BlockTable table = facts.tables().get(i);
            if (policy.table(table.table().name()).orElse(null) instanceof Keyed rule) {
                if (byAlias.put(table.alias(), rule) != null) {
                    refusal = "two tables by the name " + table.alias();
                }
                if (facts.spread().nullable().contains(i)) {
                    nullable.add(table.alias());
                }
                if (facts.assigned().contains(lower(rule.key()))) {
                    refusal = "changing the key " + rule.key() + " of " + table.table();
                }
            }
        }
        if (refusal == null) {
            read();
        }
    }

    /** {@return why the block is refused whatever its values are, or null} */
    String refusal() {
        return refusal;
    }

    private void read() {
        boolean alone = facts.tables().size() == 1;
        for (KeyFacts.Equality equality : facts.equalities()) {
            restrict(keyOwner(equality.column(), alone), List.of(equality.slot()));
        }
        for (Choice choice : facts.spread().choices()) {
            String alias = keyOwner(choice.column(), alone);
            // What is said of a table that may be filled up with NULL does not restrict the rows of the others.
            if (alias != null && !nullable.contains(alias)) {
                if (restrict(alias, choice.slots()) && choice.isList()) {
                    lists.add(choice);
                }
            }
        }
        for (Interval interval : facts.spread().intervals()) {
            String alias = keyOwner(interval.column(), alone);
            if (alias != null && !nullable.contains(alias) && byAlias.get(alias) instanceof TableRule.Range range) {
                Set<String> shards = preparing ? null : values.shards(range, interval);
                if (shards != null) {
                    meet(alias, shards);
                }
            }
        }
    }

    /** {@return whether the values lead to shards; where they do not, the table stays unrestricted} */
    private boolean restrict(String alias, List<Integer> slots) {
        if (alias == null) {
            return false;
        }
        Set<String> shards = preparing ? Set.of() : values.shards(byAlias.get(alias), slots);
        if (shards == null) {
            unplaced = values.refusal();
            return false;
        }
        meet(alias, shards);
        return true;
    }

    private void meet(String alias, Set<String> shards) {
        Set<String> before = restricted.get(alias);
        if (before == null) {
            restricted.put(alias, new LinkedHashSet<>(shards));
            return;
        }
        Set<String> both = new LinkedHashSet<>(before);
        both.retainAll(shards);
        // Values that exclude one another leave no row, and any of their shards says so.
        restricted.put(alias, both.isEmpty() ? before : both);
    }

    /** {@return the one shard on which every key of the block is; empty while preparing; null where there is no such} */
    Set<String> single() {
        Set<String> bound = new HashSet<>();
        Set<String> shards = new LinkedHashSet<>();
        restricted.forEach((alias, on) -> {
            if (on.size() <= 1) {
                bound.add(alias);
                shards.addAll(on);
            }
        });
        spread(bound);
        return bound.containsAll(byAlias.keySet()) && shards.size() <= 1 ? shards : null;
    }

    /**
     * {@return the shards of which each has its own part of the result; all of them where nothing restricts them; null where
     * rows of several shards belong together}
     */
    Set<String> several(List<String> all) {
        for (String anchor : byAlias.keySet()) {
            if (nullable.contains(anchor)) {
                continue;
            }
            Set<String> reached = new HashSet<>(Set.of(anchor));
            spread(reached);
            if (reached.containsAll(byAlias.keySet())) {
                Set<String> shards = new LinkedHashSet<>(all);
                byAlias.keySet().forEach(alias -> {
                    Set<String> own = nullable.contains(alias) ? null : ownShards(alias);
                    if (own != null && shards.stream().anyMatch(own::contains)) {
                        shards.retainAll(own);
                    }
                });
                return shards;
            }
        }
        return null;
    }

    /** {@return the shards on which the rows of a table are that matter here; null where those are all} */
    private Set<String> ownShards(String alias) {
        Set<String> own = restricted.get(alias);
        if (own != null) {
            return own;
        }
        if (byAlias.get(alias) instanceof TableRule.Range range) {
            Set<String> shards = new HashSet<>();
            range.parts().forEach(part -> shards.add(part.shard()));
            return shards;
        }
        return byAlias.get(alias) instanceof TableRule.Listed listed
                ? new HashSet<>(listed.values().values())
                : null;
    }

    /** {@return the IN list of keys by which the statement may be split, or null} */
    Choice list() {
        return lists.size() == 1 ? lists.get(0) : null;
    }

    /** {@return whether there is one table, so that a column needs no qualifier to be told} */
    boolean isAlone() {
        return facts.tables().size() == 1;
    }

    /** {@return the rule of the table of which a column is the key} */
    Keyed rule(Column column) {
        return byAlias.get(keyOwner(column, facts.tables().size() == 1));
    }

    /** {@return why there is no one shard, for people} */
    String unbound() {
        if (unplaced != null) {
            return unplaced;
        }
        for (Map.Entry<String, Keyed> entry : byAlias.entrySet()) {
            Set<String> own = restricted.get(entry.getKey());
            if (own == null || own.size() > 1) {
                return entry.getValue().table() + " without its key "
                        + entry.getValue().key() + " equal to one value";
            }
        }
        return "rows of several shards";
    }

    private void spread(Set<String> bound) {
        boolean grew = true;
        while (grew) {
            grew = false;
            for (KeyFacts.Join join : facts.joins()) {
                grew |= spread(bound, join.from(), join.to());
                grew |= join.bothWays() && spread(bound, join.to(), join.from());
            }
        }
    }

    /** A key that equals a key whose value is known, of a table on the same terms, is on the same shard. */
    private boolean spread(Set<String> bound, Column from, Column to) {
        String known = keyOwner(from, false);
        String next = keyOwner(to, false);
        return known != null
                && next != null
                && bound.contains(known)
                && byAlias.get(known).isColocatedWith(byAlias.get(next))
                && bound.add(next);
    }

    /** {@return the alias of the table of which the column is the key, or null} */
    private String keyOwner(Column column, boolean alone) {
        if (column.qualifier() != null) {
            Keyed rule = byAlias.get(column.qualifier());
            return rule != null && rule.key().equalsIgnoreCase(column.name()) ? column.qualifier() : null;
        }
        if (!alone || byAlias.isEmpty()) {
            return null;
        }
        Map.Entry<String, Keyed> only = byAlias.entrySet().iterator().next();
        return only.getValue().key().equalsIgnoreCase(column.name()) ? only.getKey() : null;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
