// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import com.workersql.server.it.differential.RandomSchema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Statements over the tables of a {@link RandomSchema}, from a grammar, each with the class that its share is counted in. */
final class RandomStatements {
    /**
     * A statement.
     *
     * @param kind its class
     * @param sql its text
     * @param isWrite whether it changes rows
     */
    record Sample(String kind, String sql, boolean isWrite) {}

    private final Random random;
    private final List<Table> tables;
    private final NestedStatements nested = new NestedStatements(this);
    private int nextId = 1;

    RandomStatements(Random random, List<Table> tables) {
        this.random = random;
        this.tables = tables;
    }

    String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    Table any() {
        return tables.get(random.nextInt(tables.size()));
    }

    Table keyed() {
        Table table = any();
        while (table.key() == null) {
            table = any();
        }
        return table;
    }

    Table named(String name) {
        return tables.stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    String key(Table table) {
        return KeyLiterals.any(this, table.isText());
    }

    String plainKey(Table table) {
        return KeyLiterals.plain(this, table.isText());
    }

    private String keys(Table table, int most) {
        List<String> keys = new ArrayList<>();
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            keys.add(chance(85) ? plainKey(table) : key(table));
        }
        return String.join(pick(",", ", ", " , "), keys);
    }

    /** A statement that fills a table. */
    Sample fill() {
        return insert(any(), 1, "fill");
    }

    Sample next() {
        return switch (random.nextInt(36)) {
            case 0, 1, 2 -> read("select by key", keyed());
            case 3, 4, 5 -> list();
            case 6 -> new Sample("select all", "SELECT " + columns("") + " FROM " + any().name(), false);
            case 7, 8 -> condition();
            case 9, 10 -> join();
            case 11 -> leftJoin();
            case 12 ->
                new Sample(
                        "aggregate", "SELECT COUNT(*), SUM(a), AVG(d), MIN(b) FROM " + any().name() + where(), false);
            case 13 ->
                new Sample(
                        "group by",
                        "SELECT a, COUNT(*) FROM " + any().name() + where() + " GROUP BY a HAVING COUNT(*) > 0",
                        false);
            case 14 -> new Sample("order by", "SELECT id, a FROM " + any().name() + where() + " ORDER BY id", false);
            case 15 ->
                new Sample(
                        "limit",
                        "SELECT id, a FROM " + any().name() + where() + " ORDER BY id, a, b, d LIMIT "
                                + random.nextInt(5),
                        false);
            case 16 -> new Sample("distinct", "SELECT DISTINCT a FROM " + any().name() + where(), false);
            case 17 -> union();
            case 18 -> nested.subquery();
            case 19 -> nested.derived();
            case 20 -> insert(keyed(), 1, "insert one row");
            case 21 -> insert(any(), 1 + random.nextInt(6), "insert rows");
            case 22, 23 -> update();
            case 24 -> delete();
            case 25, 26 -> setOperation();
            case 27 -> rowList();
            case 28 -> valueTable();
            case 29 -> fetch();
            case 30 -> returning();
            case 31 -> window();
            default -> nested.next();
        };
    }

    private String columns(String alias) {
        return pick(
                "*",
                alias + "id, " + alias + "a",
                alias + "id, " + alias + "b, " + alias + "d + 1",
                alias + "a IS NULL, " + alias + "id",
                "UPPER(" + alias + "b), " + alias + "id",
                "CASE WHEN " + alias + "a > 2 THEN 'x' ELSE 'y' END, " + alias + "id");
    }

    private String where() {
        return chance(50) ? "" : " WHERE a " + pick("> 2", "IS NULL", "= 3", "IN (1, 2)", "<> 1");
    }

    private Sample read(String kind, Table table) {
        String equal =
                chance(85) ? table.key() + pick(" = ", "=", " <=> ") + key(table) : key(table) + " = " + table.key();
        String more =
                chance(40) ? pick(" AND a > 1", " AND (a = 2 OR b IS NULL)", " AND id <> 3", " AND NOT a = 1") : "";
        String order = chance(20) ? pick(" ORDER BY id, a", " ORDER BY id LIMIT 3", " GROUP BY id, a, b, d") : "";
        String columns = order.contains("GROUP") ? "id, a, b, d" : columns("");
        return new Sample(
                kind, "SELECT " + columns + " FROM " + table.name() + " WHERE " + equal + more + order, false);
    }

    private Sample list() {
        Table table = keyed();
        String alternatives = table.key() + " = " + key(table) + " OR " + table.key() + " = " + key(table);
        String condition = chance(70) ? table.key() + " IN (" + keys(table, 8) + ")" : "(" + alternatives + ")";
        String more =
                chance(40) ? pick(" AND a > 1", " AND b IS NOT NULL", " AND id < 50", " OR a = 1", " OR FALSE") : "";
        return new Sample(
                "select by list",
                "SELECT " + columns("") + " FROM " + table.name() + " WHERE " + condition + more,
                false);
    }

    private Sample condition() {
        Table table = keyed();
        String k = table.key();
        String condition = switch (random.nextInt(12)) {
            case 0 -> k + " BETWEEN " + key(table) + " AND " + key(table);
            case 1 -> k + " > " + key(table);
            case 2 -> k + " <= " + key(table) + " AND " + k + " > " + key(table);
            case 3 -> "NOT " + k + " = " + key(table);
            case 4 -> k + " NOT IN (" + keys(table, 4) + ")";
            case 5 -> k + " = " + key(table) + " XOR a = 1";
            case 6 -> "IF(" + k + " = " + key(table) + ", 1, 0)";
            case 7 -> k + " LIKE 'a%'";
            case 8 -> "(" + k + " = " + key(table) + ") IS FALSE";
            case 9 -> k + " + 0 = " + key(table);
            case 10 -> "(" + k + ", id) IN ((" + key(table) + ", 1), (" + key(table) + ", 2))";
            default -> k + " IN (" + keys(table, 4) + ") AND " + k + " = " + key(table);
        };
        return new Sample(
                "select by condition",
                "SELECT " + columns("") + " FROM " + table.name() + " WHERE " + condition,
                false);
    }

    private Table other() {
        return chance(50) ? named("orderlines") : any();
    }

    private Sample join() {
        Table left = chance(60) ? named("orders") : any();
        Table right = other();
        String on = on(left, right);
        String restriction = chance(60) && left.key() != null
                ? " WHERE x." + left.key() + pick(" = " + key(left), " IN (" + keys(left, 4) + ")")
                : "";
        String sql = chance(70)
                ? "SELECT x.id, y.id, y.a FROM " + left.name() + " x JOIN " + right.name() + " y ON " + on + restriction
                : "SELECT x.id, y.id FROM " + left.name() + " x, " + right.name() + " y WHERE " + on
                        + restriction.replace(" WHERE", " AND");
        return new Sample("join", sql, false);
    }

    private String on(Table left, Table right) {
        boolean byKey = left.key() != null && right.key() != null && chance(75);
        String equal = byKey ? "x." + left.key() + " = y." + right.key() : "x.a = y.a";
        return equal + (chance(25) && right.key() != null ? " AND y." + right.key() + " = " + key(right) : "");
    }

    private Sample leftJoin() {
        Table left = chance(60) ? named("orders") : any();
        Table right = other();
        String third = chance(30) ? " " + pick("LEFT JOIN", "JOIN") + " orderlines z ON z.k = x.id" : "";
        String restriction = chance(50) && left.key() != null
                ? " WHERE " + pick("x." + left.key(), right.key() == null ? "x.a" : "y." + right.key())
                        + pick(" = " + key(left), " IN (" + keys(left, 4) + ")", " IS NULL")
                : "";
        return new Sample(
                "left join",
                "SELECT x.id, y.id, y.a FROM " + left.name() + " x "
                        + pick("LEFT JOIN ", "LEFT OUTER JOIN ", "RIGHT JOIN ") + right.name() + " y ON "
                        + on(left, right) + third + restriction,
                false);
    }

    private Sample union() {
        Table one = keyed();
        Table two = keyed();
        return new Sample(
                "union",
                "SELECT id, a FROM " + one.name() + " WHERE " + one.key() + " = " + key(one)
                        + pick(" UNION ", " UNION ALL ") + "SELECT id, a FROM " + two.name() + " WHERE " + two.key()
                        + " = " + key(two),
                false);
    }

    /** Queries, of one shard, of several or of all, that become one. */
    private Sample setOperation() {
        List<String> queries = new ArrayList<>();
        String operator = pick(" INTERSECT ", " EXCEPT ", " UNION ALL ", " UNION ALL ", " UNION ");
        Table first = keyed();
        String key = key(first);
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            Table table = chance(70) ? first : any();
            String condition = table.key() == null || chance(20)
                    ? where()
                    : " WHERE " + table.key() + (chance(60) ? " = " + key : " IN (" + keys(table, 3) + ")");
            queries.add("SELECT id, a FROM " + table.name() + condition);
        }
        String end = chance(10) ? pick(" ORDER BY id", " LIMIT 100") : "";
        return new Sample("set operation", String.join(operator, queries) + end, false);
    }

    private Sample rowList() {
        Table table = keyed();
        List<String> rows = new ArrayList<>();
        boolean keyFirst = chance(50);
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            String key = chance(85) ? plainKey(table) : key(table);
            String id = pick("1", "2", "3", "id", "NULL", "'4'");
            rows.add(keyFirst ? "(" + key + ", " + id + ")" : "(" + id + ", " + key + ")");
        }
        String columns = keyFirst ? "(" + table.key() + ", id)" : "(id, " + table.key() + ")";
        String condition =
                rows.size() == 1 && chance(50) ? " = " + rows.get(0) : " IN (" + String.join(", ", rows) + ")";
        return new Sample(
                "row list",
                "SELECT " + columns("") + " FROM " + table.name() + " WHERE " + pick("", "NOT ") + columns + condition,
                false);
    }

    /** A table of values, or of a document, beside one of the schema. */
    private Sample valueTable() {
        Table table = any();
        String restriction = table.key() == null || chance(40) ? "" : " AND x." + table.key() + " = " + key(table);
        String values = pick(
                "(VALUES (1), (2), (2)) v",
                "(SELECT 1 AS n UNION ALL SELECT 2) v",
                "JSON_TABLE('[1, 2, 3]', '$[*]' COLUMNS (n INT PATH '$')) v");
        String tables = switch (random.nextInt(3)) {
            case 0 -> table.name() + " x, " + values;
            case 1 -> table.name() + " x LEFT JOIN " + values + " ON TRUE";
            default -> values + " LEFT JOIN " + table.name() + " x ON TRUE";
        };
        return new Sample("values", "SELECT x.id, v.* FROM " + tables + " WHERE TRUE" + restriction, false);
    }

    private Sample fetch() {
        Table table = any();
        String restriction = table.key() == null || chance(30) ? "" : " WHERE " + table.key() + " = " + key(table);
        String end = pick("OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY", "FETCH FIRST 3 ROWS ONLY", "OFFSET 2 ROWS");
        return new Sample(
                "fetch", "SELECT id, a FROM " + table.name() + restriction + " ORDER BY id, a, b, d " + end, false);
    }

    private Sample returning() {
        Table table = keyed();
        if (chance(40)) {
            return new Sample(
                    "returning",
                    "DELETE FROM " + table.name() + " WHERE " + table.key() + " = " + key(table)
                            + " AND id > 2 RETURNING id, a + 1",
                    true);
        }
        return new Sample(
                "returning", insert(table, 1 + random.nextInt(2), "").sql() + " RETURNING id, " + table.key(), true);
    }

    private Sample window() {
        return new Sample(
                "window",
                "SELECT id, ROW_NUMBER() OVER (PARTITION BY a ORDER BY id, b, d) FROM " + any().name() + where(),
                false);
    }

    private Sample insert(Table table, int rows, String kind) {
        String verb = chance(10) ? "REPLACE" : "INSERT";
        boolean onDuplicate = verb.equals("INSERT") && chance(15);
        List<String> values = new ArrayList<>();
        String listed = keys(table, 1);
        for (int i = 0; i < rows; i++) {
            int id = chance(15) ? random.nextInt(Math.max(1, nextId)) : nextId++;
            String key = table.key() == null ? "" : (chance(50) ? listed : key(table)) + ", ";
            values.add("(" + key + id + ", " + pick("NULL", "1", "2", "3", "4") + ", "
                    + pick("'x'", "NULL", "'it''s'", "'),('") + ", " + pick("1.5", "NULL", "2") + ")");
        }
        String columns = chance(95) ? " (" + (table.key() == null ? "" : table.key() + ", ") + "id, a, b, d)" : "";
        return new Sample(
                kind,
                verb + " INTO " + table.name() + columns + " VALUES " + String.join(", ", values)
                        + (onDuplicate ? " ON DUPLICATE KEY UPDATE a = 9" : ""),
                true);
    }

    private Sample update() {
        Table table = any();
        String condition = table.key() == null
                ? " WHERE id = " + random.nextInt(nextId)
                : switch (random.nextInt(4)) {
                    case 0 -> " WHERE a = 1";
                    case 1 -> " WHERE " + table.key() + " IN (" + keys(table, 3) + ")";
                    default -> " WHERE " + table.key() + " = " + key(table);
                };
        String assignment = chance(12) && table.key() != null
                ? table.key() + " = " + key(table)
                : pick("a = a + 1", "b = 'u'", "d = d * 2", "a = NULL");
        return new Sample("update", "UPDATE " + table.name() + " SET " + assignment + condition, true);
    }

    private Sample delete() {
        Table table = any();
        String condition = table.key() == null || chance(20)
                ? " WHERE id = " + random.nextInt(nextId)
                : " WHERE " + table.key() + pick(" = " + key(table), " IN (" + keys(table, 2) + ")") + " AND id > 2";
        return new Sample("delete", "DELETE FROM " + table.name() + condition, true);
    }
}
