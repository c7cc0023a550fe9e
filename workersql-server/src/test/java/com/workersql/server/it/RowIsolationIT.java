// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two tenants in the same tables through the same account: random statements of one never read or change a row of the other.
 * {@code -Dworkersql.row.operations=2000000} is the long form.
 */
class RowIsolationIT {
    private static final ShardAccount SHARED = new ShardAccount("sharer", Secret.of("sharers-password"), "shared");
    private static final List<String> TABLES = List.of("notes", "tags", "links");
    private static Fleet fleet;
    private static Connection admin;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(Fleet.isMySql()).isFalse();
        fleet = Fleet.start(RowIsolationIT::sharing);
        admin = ShardFixture.admin(fleet.embedded().shards().get(0));
        for (var shard : fleet.embedded().shards()) {
            try (var each = ShardFixture.admin(shard)) {
                for (String sql : List.of(
                        "CREATE DATABASE shared",
                        "CREATE TABLE shared.spread (id INT NOT NULL, mark VARCHAR(20), tenant_id VARCHAR(20) NOT NULL)",
                        "CREATE USER 'sharer'@'%' IDENTIFIED BY 'sharers-password'",
                        "GRANT ALL PRIVILEGES ON shared.* TO 'sharer'@'%'")) {
                    ShardFixture.run(each, sql);
                }
            }
        }
        for (String table : TABLES) {
            ShardFixture.run(
                    admin,
                    "CREATE TABLE shared." + table
                            + " (id INT NOT NULL, a INT, mark VARCHAR(20), tenant_id VARCHAR(20) NOT NULL, KEY (tenant_id), KEY (id))");
        }
        for (String tenant : Fleet.TENANTS) {
            try (var connection = connect(Driver.MARIADB_TEXT, tenant);
                    var statement = connection.createStatement()) {
                for (String table : TABLES) {
                    statement.execute("INSERT INTO " + table + " (id, a, mark) VALUES (1, 1, '" + tenant
                            + "'), (2, 2, '" + tenant + "'), (3, NULL, '" + tenant + "')");
                }
            }
        }
    }

    private static GatewayConfig sharing(GatewayConfig config) {
        String policy = """
                version: 1
                shards: [shard_0, shard_1]
                defaults: { tenant_column: tenant_id }
                tenants:
                  acme: { shard: shard_0, isolation: row, database: shared }
                  globex: { shard: shard_0, isolation: row, database: shared }
                tables:
                  spread: { strategy: hash, key: id, key_type: int }
                """;
        return config.toBuilder()
                .tenants(Map.of("acme", SHARED, "globex", SHARED))
                .pool(PoolConfig.of(Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L)))
                .policy(new PolicySource("test", policy))
                .build();
    }

    @AfterAll
    static void stop() throws SQLException {
        if (fleet != null) {
            admin.close();
            fleet.close();
        }
    }

    private static Connection connect(Driver driver, String tenant) throws SQLException {
        return driver.connect(fleet.gateway().mysqlAddress().getPort(), tenant, fleet.password(tenant), "shared");
    }

    @Test
    void randomStatementsOfOneTenantTouchNoRowOfTheOther() throws SQLException {
        long seed = Long.getLong("workersql.row.seed", 20261126L);
        int operations = Integer.getInteger("workersql.row.operations", 500);
        Random random = new Random(seed);
        String before = checksum();
        int refused = 0;
        int failed = 0;
        int rows = 0;
        try (var acme = connect(Driver.MARIADB_TEXT, "acme");
                var statement = acme.createStatement()) {
            for (int i = 0; i < operations; i++) {
                String sql = new RandomSql(random).statement();
                try {
                    rows += run(statement, sql);
                } catch (SQLException e) {
                    assertThat(e.getMessage()).as(sql).doesNotContain("globex");
                    refused += e.getErrorCode() == 1235 || e.getErrorCode() == 1142 ? 1 : 0;
                    failed += e.getErrorCode() == 1064 ? 1 : 0;
                }
            }
        }
        System.out.printf(
                "row isolation, seed %d: %d statements, %d refused, %d rows read%n", seed, operations, refused, rows);
        assertThat(checksum()).isEqualTo(before);
        assertThat(failed).as("no rewritten text is wrong SQL").isZero();
        assertThat(refused).isLessThan(operations / 2);
        assertThat(rows).isGreaterThan(operations);
        for (String table : TABLES) {
            assertThat(ShardFixture.text(admin, "SELECT COUNT(*) FROM shared." + table + " WHERE mark <> tenant_id"))
                    .isEqualTo("0");
        }
    }

    private static String checksum() throws SQLException {
        StringBuilder sum = new StringBuilder();
        for (String table : TABLES) {
            sum.append(ShardFixture.text(
                            admin,
                            "SELECT COUNT(*), SUM(id), SUM(a), GROUP_CONCAT(mark ORDER BY id) FROM shared." + table
                                    + " WHERE tenant_id = 'globex' OR mark = 'globex'"))
                    .append('\n');
        }
        return sum.toString();
    }

    private static int run(Statement statement, String sql) throws SQLException {
        int rows = 0;
        if (statement.execute(sql)) {
            try (var set = statement.getResultSet()) {
                int columns = set.getMetaData().getColumnCount();
                while (set.next()) {
                    rows++;
                    for (int i = 1; i <= columns; i++) {
                        assertThat(set.getString(i)).as(sql).isNotEqualTo("globex");
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void readsOfSeveralShardsAreKeptToTheTenantsRowsToo() throws SQLException {
        for (String tenant : Fleet.TENANTS) {
            try (var connection = connect(Driver.MARIADB_TEXT, tenant);
                    var statement = connection.createStatement()) {
                for (int id = 0; id < 10; id++) {
                    statement.execute("INSERT INTO spread (id, mark) VALUES (" + id + ", '" + tenant + "')");
                }
            }
        }
        for (Driver driver : Driver.values()) {
            try (var acme = connect(driver, "acme");
                    var all = acme.prepareStatement("SELECT mark FROM spread WHERE id >= ? OR 1 = 1");
                    var some = acme.prepareStatement("SELECT mark FROM spread WHERE id IN (?, ?, ?)")) {
                all.setInt(1, 0);
                some.setInt(1, 1);
                some.setInt(2, 2);
                some.setInt(3, 3);
                assertThat(marks(all)).as("%s", driver).hasSize(10).containsOnly("acme");
                assertThat(marks(some)).as("%s", driver).hasSize(3).containsOnly("acme");
            }
        }
    }

    private static List<String> marks(PreparedStatement statement) throws SQLException {
        List<String> marks = new ArrayList<>();
        try (var set = statement.executeQuery()) {
            while (set.next()) {
                marks.add(set.getString(1));
            }
        }
        return marks;
    }

    @Test
    void cursorsAreKeptToTheTenantsRowsToo() throws SQLException {
        ShardFixture.run(
                admin,
                "CREATE TABLE shared.cursors (id INT NOT NULL, mark VARCHAR(20), tenant_id VARCHAR(20) NOT NULL)");
        try (var acme = CursorTwin.jdbc(fleet.gateway(), "acme", fleet.password("acme"), "shared");
                var globex = CursorTwin.jdbc(fleet.gateway(), "globex", fleet.password("globex"), "shared");
                var watcher = connect(Driver.MARIADB_TEXT, "acme");
                var ofAcme = acme.prepareStatement("SELECT mark FROM cursors WHERE id >= ? OR 1 = 1");
                var ofGlobex = globex.prepareStatement("SELECT mark FROM cursors WHERE id >= ? OR 1 = 1")) {
            for (int id = 0; id < 10; id++) {
                ShardFixture.run(acme, "INSERT INTO cursors (id, mark) VALUES (" + id + ", 'acme')");
                ShardFixture.run(globex, "INSERT INTO cursors (id, mark) VALUES (" + id + ", 'globex')");
            }
            ofAcme.setInt(1, 0);
            ofGlobex.setInt(1, 0);
            try (var mine = ofAcme.executeQuery();
                    var theirs = ofGlobex.executeQuery()) {
                for (int row = 0; row < 10; row++) {
                    assertThat(mine.next()).isTrue();
                    assertThat(mine.getString(1)).isEqualTo("acme");
                    assertThat(theirs.next()).isTrue();
                    assertThat(theirs.getString(1)).isEqualTo("globex");
                    if (row == 3) {
                        assertThat(CursorTwin.pins(watcher)).contains("OPEN_CURSOR");
                    }
                }
                assertThat(mine.next()).isFalse();
                assertThat(theirs.next()).isFalse();
            }
        }
    }

    @Test
    void preparedStatementsAreKeptToTheTenantsRowsToo() throws SQLException {
        for (Driver driver : List.of(Driver.MARIADB_PREPARED, Driver.MYSQL_PREPARED)) {
            try (var globex = connect(driver, "globex");
                    var select = globex.prepareStatement("SELECT mark FROM notes WHERE id = ? OR 1 = 1")) {
                select.setInt(1, 1);
                try (var set = select.executeQuery()) {
                    int rows = 0;
                    while (set.next()) {
                        assertThat(set.getString(1)).isEqualTo("globex");
                        rows++;
                    }
                    assertThat(rows).isEqualTo(3);
                }
                try (var insert = globex.prepareStatement("INSERT INTO tags (id, tenant_id) VALUES (?, ?)")) {
                    insert.setInt(1, 90);
                    insert.setString(2, "acme");
                    assertThatThrownBy(insert::executeUpdate)
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getErrorCode()).isEqualTo(1142));
                }
                try (var update = globex.prepareStatement("UPDATE links SET a = ? WHERE id = 1")) {
                    update.setInt(1, 1);
                    update.executeUpdate();
                }
            }
        }
    }

    /** Statements over shared tables, well-formed more often than not, that never name a tenant. */
    private record RandomSql(Random random) {
        private String one(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        private String table() {
            return one("notes", "tags", "links", "shared.notes");
        }

        private String condition(String alias, int depth) {
            String column = alias + one("id", "a");
            return switch (random.nextInt(depth > 1 ? 4 : 9)) {
                case 0 -> column + " = " + random.nextInt(4);
                case 1 -> column + " > 0 OR 1 = 1";
                case 2 -> "1 = 1 -- x\n";
                case 3 -> column + " IS NOT NULL /* ) */";
                case 4 -> "NOT (" + condition(alias, depth + 1) + ")";
                case 5 ->
                    column + " IN (SELECT x.id FROM " + table() + " AS x WHERE " + condition("x.", depth + 1) + ")";
                case 6 -> "EXISTS (SELECT 1 FROM " + table() + " y)";
                case 7 -> "(" + condition(alias, depth + 1) + ") OR (" + condition(alias, depth + 1) + ")";
                default -> column + " = ANY (SELECT MAX(z.id) FROM " + table() + " z GROUP BY z.mark)";
            };
        }

        private String tables() {
            String joined = "t." + one("id = u.id", "a = u.a", "id <> u.id OR 1");
            return table()
                    + one(" t", " AS t", " AS `t`")
                    + switch (random.nextInt(8)) {
                        case 0 -> " JOIN " + table() + " u ON " + joined;
                        case 1 -> " LEFT JOIN " + table() + " u ON " + joined;
                        case 2 -> " RIGHT JOIN " + table() + " AS u ON " + joined;
                        case 3 -> ", " + table() + " u";
                        case 4 -> " LEFT JOIN (" + table() + " u JOIN " + table() + " v ON u.id = v.id) ON " + joined;
                        case 5 -> " LEFT JOIN " + table() + " u USING (id)";
                        case 6 -> " CROSS JOIN (SELECT * FROM " + table() + ") u";
                        default -> " NATURAL JOIN " + table() + " u";
                    };
        }

        private String select(int depth) {
            String from = tables();
            return "SELECT "
                    + one("t.mark, u.mark", "t.*", "t.mark, COUNT(*)", "MAX(t.mark), MIN(u.mark)", "DISTINCT t.mark")
                    + " FROM " + from
                    + one("", " WHERE " + condition("t.", depth), " WHERE " + condition("u.", depth))
                    + one("", " ORDER BY 1", " LIMIT 50");
        }

        String statement() {
            String table = table();
            return switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> select(0);
                case 4 ->
                    "SELECT mark FROM " + table + one(" UNION ALL ", " UNION ", " EXCEPT ") + "SELECT mark FROM "
                            + table();
                case 5 ->
                    "WITH notes AS (" + "SELECT * FROM notes) SELECT n.mark, t.mark FROM notes n, " + table() + " t";
                case 6 -> "SELECT (SELECT MAX(x.mark) FROM " + table() + " x WHERE x.id <> t.id) FROM " + table + " t";
                case 7 ->
                    "INSERT INTO " + table + " (id, a, mark) "
                            + one(
                                    "VALUES (" + random.nextInt(9) + ", 1, 'acme')",
                                    "SELECT t.id, t.a, t.mark FROM " + table() + " t WHERE " + condition("t.", 1)
                                            + " LIMIT 2",
                                    "VALUES (7, (SELECT MAX(q.id) FROM " + table() + " q), 'acme'), (8, NULL, 'acme')");
                case 8 ->
                    "UPDATE " + table + " t SET t.a = " + random.nextInt(5) + one("", " WHERE " + condition("t.", 0));
                case 9 ->
                    "UPDATE " + table + " t, " + table() + " u SET t.a = u.id"
                            + one("", " WHERE " + condition("u.", 0));
                case 10 ->
                    "DELETE FROM " + table + " WHERE id > " + (3 + random.nextInt(3)) + one("", " OR a > 100")
                            + one("", " LIMIT 3");
                default -> "DELETE t FROM " + tables() + " WHERE t.id > 4";
            };
        }
    }
}
