// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import com.workersql.server.it.differential.RandomSchema.Table;
import com.workersql.server.it.differential.RandomStatements.Sample;

/** Statements with queries within queries: some of one shard, some of rows that lie together, most with a chance of neither. */
final class NestedStatements {
    private final RandomStatements words;

    NestedStatements(RandomStatements words) {
        this.words = words;
    }

    Sample next() {
        return switch (words.below(6)) {
            case 0, 1 -> subquery();
            case 2, 3 -> derived();
            case 4 -> common();
            default -> write();
        };
    }

    /** A condition that may say which shard a table's rows are on. */
    private String restriction(Table table, String alias, int percent) {
        if (table.key() == null || !words.chance(percent)) {
            return words.chance(30) ? alias + "a > 1" : "TRUE";
        }
        String column = alias + table.key();
        return words.chance(80)
                ? column + " = " + words.key(table)
                : column + " IN (" + words.plainKey(table) + ", " + words.plainKey(table) + ")";
    }

    private Table near(Table table) {
        return switch (table.name()) {
            case "orders" -> words.named(words.chance(80) ? "orderlines" : "orders");
            case "orderlines" -> words.named(words.chance(80) ? "orders" : "orderlines");
            default -> words.chance(40) ? table : words.any();
        };
    }

    private Table outer() {
        return words.chance(55) ? words.named("orders") : words.any();
    }

    /** What ties the rows of a query within to those around it: their keys, or less. */
    private String tie(Table inner, String innerAlias, Table outer, String outerAlias) {
        boolean byKey = inner.key() != null && outer.key() != null && words.chance(80);
        if (!byKey) {
            return innerAlias + ".id = " + outerAlias + ".id";
        }
        String mine = innerAlias + "." + inner.key();
        String others = outerAlias + "." + outer.key();
        return words.chance(70)
                ? mine + words.pick(" = ", " <=> ") + others
                : words.chance(50)
                        ? others + " = " + mine
                        : "(" + mine + " = " + others + " OR " + innerAlias + ".a = 1)";
    }

    private String predicate(Table outer, String outerAlias) {
        Table inner = near(outer);
        String alias = words.pick("y", "y", "y", outerAlias.equals("x") ? "X" : "y");
        String tied = words.chance(65) ? " AND " + tie(inner, alias, outer, outerAlias) : "";
        String from = " FROM " + inner.name() + " " + alias + " WHERE " + restriction(inner, alias + ".", 50) + tied;
        return switch (words.below(6)) {
            case 0 -> "EXISTS (SELECT 1" + from + ")";
            case 1 -> "NOT EXISTS (SELECT 1" + from + ")";
            case 2 -> outerAlias + ".id IN (SELECT " + alias + ".id" + from + ")";
            case 3 -> outerAlias + ".id NOT IN (SELECT " + alias + ".id" + from + ")";
            case 4 -> outerAlias + ".a >= (SELECT MIN(" + alias + ".a)" + from + ")";
            default -> "(SELECT COUNT(*)" + from + ") > 0";
        };
    }

    Sample subquery() {
        Table outer = outer();
        String second = words.chance(20) ? " AND " + predicate(outer, "x") : "";
        String sql = "SELECT x.id, x.a FROM " + outer.name() + " x WHERE " + restriction(outer, "x.", 60)
                + words.pick(" AND ", " AND ", " AND NOT ") + predicate(outer, "x") + second;
        return new Sample("subquery", sql, false);
    }

    /** The query of a derived table; it gives the columns id, a and, of a table with a key, k or another name for it. */
    private String body(Table table, String key) {
        String column = table.key() == null ? "" : ", z." + table.key() + (key.equals(table.key()) ? "" : " AS " + key);
        String from = " FROM " + table.name() + " z WHERE " + restriction(table, "z.", 50);
        if (table.key() == null || words.chance(60)) {
            String all = table.key() == null || key.equals(table.key())
                    ? words.pick("*", "z.*", "z.id, z.a" + column)
                    : "z.id, z.a" + column;
            return "SELECT " + all + from;
        }
        return switch (words.below(5)) {
            case 0 -> "SELECT DISTINCT z.id, z.a" + column + from;
            case 1 -> "SELECT MIN(z.id) AS id, MAX(z.a) AS a" + column + from + " GROUP BY z." + table.key();
            case 2 -> "SELECT z.id, z.a" + column + from + " ORDER BY z.id, z." + table.key() + " LIMIT 3";
            case 3 -> "SELECT z.id, z.a" + column + from + " UNION ALL SELECT z.id, z.a" + column + from;
            // The name of the key for what is no key.
            default -> "SELECT z.id, z.a, z.id AS " + key + from;
        };
    }

    private String use(Table table, String key, String name, String source) {
        Table other = near(table);
        String again = source.isEmpty() ? name : source;
        String filter = table.key() == null || !words.chance(40)
                ? words.pick("", " WHERE d.a > 1", " WHERE d.id < 20")
                : " WHERE d." + key + " = " + words.key(table);
        return switch (words.below(6)) {
            case 0, 1, 2 -> "SELECT d.id, d.a FROM " + again + " d" + filter;
            case 3 -> "SELECT COUNT(*), SUM(d.a) FROM " + again + " d" + filter;
            case 4 ->
                "SELECT d.id, o.id FROM " + again + " d " + words.pick("JOIN ", "LEFT JOIN ") + other.name() + " o ON "
                        + (other.key() == null || table.key() == null
                                ? "o.id = d.id"
                                : "o." + other.key() + " = d." + key)
                        + filter;
            default ->
                "SELECT d.id, o.id FROM " + other.name() + " o " + words.pick("JOIN ", "LEFT JOIN ") + again + " d ON "
                        + (other.key() == null || table.key() == null
                                ? "o.id = d.id"
                                : "o." + other.key() + " = d." + key)
                        + (words.chance(50) ? " WHERE " + restriction(other, "o.", 90) : filter);
        };
    }

    Sample derived() {
        Table table = words.keyed();
        String key = words.chance(75) ? table.key() : "other";
        return new Sample("derived table", use(table, key, "", "(" + body(table, key) + ")"), false);
    }

    Sample common() {
        Table table = words.keyed();
        String key = words.chance(75) ? table.key() : "other";
        String name = words.pick("t", "t", table.name());
        String second = words.chance(25)
                ? ", u AS (SELECT t.* FROM " + name + " t" + words.pick("", " WHERE t.a > 1") + ")"
                : "";
        String used = second.isEmpty() ? name : "u";
        String twice = words.chance(20) ? words.pick(" UNION ALL ", " UNION ") + use(table, key, used, "") : "";
        String sql =
                "WITH " + name + " AS (" + body(table, key) + ")" + second + " " + use(table, key, used, "") + twice;
        return new Sample("common table", sql, false);
    }

    private Sample write() {
        Table table = words.keyed();
        String where =
                " WHERE " + restriction(table, table.name() + ".", 90) + " AND " + predicate(table, table.name());
        return words.chance(50)
                ? new Sample("update by subquery", "UPDATE " + table.name() + " SET a = a + 1" + where, true)
                : new Sample("delete by subquery", "DELETE FROM " + table.name() + where + " AND id > 2", true);
    }
}
