// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.internal.analyze.KeyFacts;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.Nesting.Nested;
import com.workersql.router.internal.analyze.Nesting.Role;
import com.workersql.router.internal.analyze.Nesting.Source;
import com.workersql.router.internal.analyze.SpreadFacts.Choice;
import com.workersql.router.internal.analyze.SpreadFacts.Interval;
import com.workersql.router.internal.plan.KeyColumns.KeyOf;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.router.policy.TableRule.Keyed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The tables of a query, and of the queries within it, that are spread by a key, and what is said of their keys: to which shards
 * each is restricted, and which of them hang together because their keys are equal.
 *
 * <p>A table is restricted where rows on other shards have no part in the result: by a condition that holds for every row of the query
 * that it stands in. What a query within says of a table around it restricts that one not, since it may be asked for the contrary.
 */
final class KeyedBlock {

    private final KeyFacts facts;
    private final List<Nested> within;
    private final KeyValues values;
    private final boolean preparing;
    private final KeyColumns columns;
    private final Map<String, Keyed> byTable = new LinkedHashMap<>();
    private final Map<String, Set<String>> restricted = new HashMap<>();
    private final Set<String> nullable = new HashSet<>();
    private final Set<String> rowsOfResult = new HashSet<>();
    private final List<Choice> lists = new ArrayList<>();
    private boolean hasTablesOfOneShard;
    private String refusal;
    private String unplaced;

    /**
     * @param isPure whether evaluating an expression for a row has no effect on another
     */
    KeyedBlock(KeyFacts facts, RoutingPolicy policy, KeyValues values, boolean preparing, boolean isPure) {
        this.facts = facts;
        this.within = facts.nesting().queries();
        this.values = values;
        this.preparing = preparing;
        this.columns = new KeyColumns(facts, isPure);
        for (int query = -1; query < within.size(); query++) {
            tables(query, policy);
        }
        for (int query = -1; refusal == null && query < within.size(); query++) {
            read(query);
        }
    }

    private void tables(int query, RoutingPolicy policy) {
        KeyFacts own = columns.facts(query);
        boolean givesRows = query < 0 || givesRows(query);
        for (int i = 0; i < own.tables().size(); i++) {
            BlockTable table = own.tables().get(i);
            TableRule rule = policy.table(table.table().name()).orElse(null);
            if (rule instanceof Keyed keyed) {
                String id = KeyColumns.id(query, table.alias());
                if (!columns.add(query, table.alias(), keyed)) {
                    refusal = "two tables by the name " + table.alias();
                }
                byTable.put(id, keyed);
                if (own.spread().nullable().contains(i)) {
                    nullable.add(id);
                } else if (givesRows) {
                    rowsOfResult.add(id);
                }
                if (query < 0 && own.assigned().contains(lower(keyed.key()))) {
                    refusal = "changing the key " + keyed.key() + " of " + table.table();
                }
            } else if (query >= 0 && !(rule instanceof TableRule.Reference)) {
                hasTablesOfOneShard = true;
            }
        }
    }

    /** Whether every row of the result has one row of a derived or common table in it, and that one of its tables' rows. */
    private boolean givesRows(int query) {
        Nested table = within.get(query);
        if (table.role() != Role.TABLE || !columns.isPlain(query)) {
            return false;
        }
        for (int place = -1; place < within.size(); place++) {
            for (Source source : columns.facts(place).nesting().sources()) {
                if (source.query() == query) {
                    return !source.isNullable() && (place < 0 || givesRows(place));
                }
            }
        }
        return false;
    }

    /** {@return why the block is refused whatever its values are, or null} */
    String refusal() {
        return refusal;
    }

    /** {@return the rules of all tables that are spread by a key} */
    Collection<Keyed> rules() {
        return byTable.values();
    }

    /** {@return whether there are queries within the query} */
    boolean isNested() {
        return !within.isEmpty();
    }

    private void read(int query) {
        KeyFacts own = columns.facts(query);
        for (KeyFacts.Equality equality : own.equalities()) {
            KeyOf key = columns.find(query, equality.column());
            if (key != null && key.isOwn()) {
                restrict(key.table(), List.of(equality.slot()));
            }
        }
        for (Choice choice : own.spread().choices()) {
            String table = ownTable(query, choice.column());
            // What is said of a table that may be filled up with NULL does not restrict the rows of the others.
            if (table != null && restrict(table, choice.slots()) && choice.isList() && query < 0) {
                lists.add(choice);
            }
        }
        for (Interval interval : own.spread().intervals()) {
            String table = ownTable(query, interval.column());
            if (table != null && byTable.get(table) instanceof TableRule.Range range) {
                Set<String> shards = preparing ? null : values.shards(range, interval);
                if (shards != null) {
                    meet(table, shards);
                }
            }
        }
    }

    /** {@return the table of the query itself of which a column is the key, unless an outer join may fill it up; or null} */
    private String ownTable(int query, Column column) {
        KeyOf key = columns.find(query, column);
        boolean own = key != null
                && !nullable.contains(key.table())
                && columns.facts(query).tables().stream()
                        .anyMatch(table -> KeyColumns.id(query, table.alias()).equals(key.table()));
        return own ? key.table() : null;
    }

    /** {@return whether the values lead to shards; where they do not, the table stays unrestricted} */
    private boolean restrict(String table, List<Integer> slots) {
        Set<String> shards = preparing ? Set.of() : values.shards(byTable.get(table), slots);
        if (shards == null) {
            unplaced = values.refusal();
            return false;
        }
        meet(table, shards);
        return true;
    }

    private void meet(String table, Set<String> shards) {
        Set<String> before = restricted.get(table);
        if (before == null) {
            restricted.put(table, new LinkedHashSet<>(shards));
            return;
        }
        Set<String> both = new LinkedHashSet<>(before);
        both.retainAll(shards);
        // Values that exclude one another leave no row, and any of their shards says so.
        restricted.put(table, both.isEmpty() ? before : both);
    }

    /** {@return the one shard on which every key is; empty while preparing; null where there is no such} */
    Set<String> single() {
        Set<String> bound = new HashSet<>();
        Set<String> shards = new LinkedHashSet<>();
        restricted.forEach((table, on) -> {
            if (on.size() <= 1) {
                bound.add(table);
                shards.addAll(on);
            }
        });
        spread(bound);
        return bound.containsAll(byTable.keySet()) && shards.size() <= 1 ? shards : null;
    }

    /**
     * {@return the shards of which each has its own part of the result; all of them where nothing restricts them; null where
     * rows of several shards belong together}
     */
    Set<String> several(List<String> all) {
        if (hasTablesOfOneShard) {
            return null;
        }
        for (String anchor : byTable.keySet()) {
            if (!rowsOfResult.contains(anchor)) {
                continue;
            }
            Set<String> reached = new HashSet<>(Set.of(anchor));
            spread(reached);
            if (reached.containsAll(byTable.keySet())) {
                Set<String> shards = new LinkedHashSet<>(all);
                rowsOfResult.forEach(table -> {
                    Set<String> own = ownShards(table);
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
    private Set<String> ownShards(String table) {
        Set<String> own = restricted.get(table);
        if (own != null) {
            return own;
        }
        if (byTable.get(table) instanceof TableRule.Range range) {
            Set<String> shards = new HashSet<>();
            range.parts().forEach(part -> shards.add(part.shard()));
            return shards;
        }
        return byTable.get(table) instanceof TableRule.Listed listed
                ? new HashSet<>(listed.values().values())
                : null;
    }

    /** {@return the IN list of keys by which the statement may be split, or null} */
    Choice list() {
        return lists.size() == 1 ? lists.get(0) : null;
    }

    /** {@return whether there is one table, so that a column needs no qualifier to be told} */
    boolean isAlone() {
        return facts.tables().size() == 1 && facts.nesting().sources().isEmpty();
    }

    /** {@return the rule of the table of which a column is the key} */
    Keyed rule(Column column) {
        return byTable.get(columns.find(-1, column).table());
    }

    /** {@return why there is no one shard, for people} */
    String unbound() {
        if (unplaced != null) {
            return unplaced;
        }
        for (Map.Entry<String, Keyed> entry : byTable.entrySet()) {
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
            for (int query = -1; query < within.size(); query++) {
                for (KeyFacts.Join join : columns.facts(query).joins()) {
                    KeyOf from = columns.find(query, join.from());
                    KeyOf to = columns.find(query, join.to());
                    if (from != null && to != null) {
                        grew |= spread(bound, from, to);
                        grew |= join.bothWays() && spread(bound, to, from);
                    }
                }
            }
        }
    }

    /** A key that equals a key whose value is known, of a table on the same terms, is on the same shard. */
    private boolean spread(Set<String> bound, KeyOf known, KeyOf next) {
        return next.isOwn()
                && bound.contains(known.table())
                && byTable.get(known.table()).isColocatedWith(byTable.get(next.table()))
                && bound.add(next.table());
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
