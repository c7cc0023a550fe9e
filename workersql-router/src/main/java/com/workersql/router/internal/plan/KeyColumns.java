// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.internal.analyze.KeyFacts;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.Nesting.Nested;
import com.workersql.router.internal.analyze.Nesting.Role;
import com.workersql.router.internal.analyze.Nesting.Source;
import com.workersql.router.policy.TableRule.Keyed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which table's key a column of a query is: of a table of its own, of one behind a derived or common table, or of one of a query
 * around it. Queries are counted as in {@link com.workersql.router.internal.analyze.Nesting}, the outermost one is -1.
 *
 * <p>Names are compared as written. A server that compares aliases without regard to case may find another one nearer by; where there
 * is such a one, the column is nobody's.
 */
final class KeyColumns {

    /**
     * A column that is a table's key.
     *
     * @param table the table, by {@link #id}
     * @param isOwn whether a condition on the column, in the query where it was asked for, leaves rows of the table out: those which
     *     do not fulfil it have no part in the query's result
     */
    record KeyOf(String table, boolean isOwn) {}

    private final KeyFacts outermost;
    private final List<Nested> within;
    private final Map<String, Keyed> keyed = new HashMap<>();
    private final boolean isPure;

    /**
     * @param isPure whether evaluating an expression for a row has no effect on another
     */
    KeyColumns(KeyFacts outermost, boolean isPure) {
        this.outermost = outermost;
        this.within = outermost.nesting().queries();
        this.isPure = isPure;
    }

    /** {@return a name for a query's table that no other has} */
    static String id(int query, String alias) {
        return query < 0 ? alias : query + "\0" + alias;
    }

    /** {@return what a query says of its tables} */
    KeyFacts facts(int query) {
        return query < 0 ? outermost : within.get(query).own();
    }

    /** Takes a table that is spread by a key; {@return whether its name was not taken before} */
    boolean add(int query, String alias, Keyed rule) {
        return keyed.put(id(query, alias), rule) == null;
    }

    /**
     * {@return whether each row of a derived or common table is one of its own tables' rows, all of them are there, and nobody else sees
     * them}
     */
    boolean isPlain(int query) {
        return isPure && within.get(query).isPlain() && within.get(query).mentions() == 1;
    }

    /** {@return the key that a column of a query is, or null} */
    KeyOf find(int query, Column column) {
        if (column.qualifier() == null) {
            return unqualified(query, column.name());
        }
        String alias = column.qualifier();
        int at = query;
        while (!isNamed(at, alias, false)) {
            if (at < 0 || isNamed(at, alias, true) || within.get(at).role() == Role.TABLE) {
                return null;
            }
            at = within.get(at).outer();
        }
        KeyOf key = named(at, alias, column.name());
        return key == null || at == query ? key : new KeyOf(key.table(), false);
    }

    /** A name that one of the query's tables surely has is that table's; or two have it, which is an error anywhere. */
    private KeyOf unqualified(int query, String name) {
        KeyOf found = null;
        KeyFacts facts = facts(query);
        for (BlockTable table : facts.tables()) {
            KeyOf key = named(query, table.alias(), name);
            if (key != null && found != null) {
                return null;
            }
            found = key == null ? found : key;
        }
        for (Source source : facts.nesting().sources()) {
            KeyOf key = named(query, source.alias(), name);
            if (key != null && found != null) {
                return null;
            }
            found = key == null ? found : key;
        }
        return found;
    }

    private boolean isNamed(int query, String alias, boolean inAnyCase) {
        KeyFacts facts = facts(query);
        return facts.tables().stream().anyMatch(table -> isSame(table.alias(), alias, inAnyCase))
                || facts.nesting().sources().stream().anyMatch(source -> isSame(source.alias(), alias, inAnyCase));
    }

    private static boolean isSame(String one, String other, boolean inAnyCase) {
        return inAnyCase ? one.equalsIgnoreCase(other) : one.equals(other);
    }

    private KeyOf named(int query, String alias, String column) {
        Keyed rule = keyed.get(id(query, alias));
        if (rule != null) {
            return rule.key().equalsIgnoreCase(column) ? new KeyOf(id(query, alias), true) : null;
        }
        for (Source source : facts(query).nesting().sources()) {
            if (source.alias().equals(alias)) {
                return source.query() < 0 ? null : derived(source.query(), column);
            }
        }
        return null;
    }

    private KeyOf derived(int query, String name) {
        Nested table = within.get(query);
        Column column = table.columns().get(name);
        if (column == null) {
            Column star = table.columns().get("*");
            String alias = star == null ? null : star.qualifier() == null ? onlyTable(table.own()) : star.qualifier();
            if (alias == null) {
                return null;
            }
            column = new Column(alias, name);
        }
        KeyOf key = find(query, column);
        return key == null ? null : new KeyOf(key.table(), key.isOwn() && isPlain(query));
    }

    private static String onlyTable(KeyFacts facts) {
        List<Source> sources = facts.nesting().sources();
        if (facts.tables().size() + sources.size() != 1) {
            return null;
        }
        return sources.isEmpty()
                ? facts.tables().get(0).alias()
                : sources.get(0).alias();
    }
}
