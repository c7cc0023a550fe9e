// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.server.embedded.ShardFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every statement of the router's list of hostile spellings, run as one tenant on a shard that also hosts another, whose
 * schema the tenant's account may read and write: only the gateway stands between them.
 */
class HostileSpellingsIT {
    private static final Path LIST =
            Path.of("../workersql-router/src/test/resources/com/workersql/router/tenant-verdicts.txt");
    private static final String SECRET = "the-other-tenants-secret";
    private static Fleet fleet;
    private static Connection admin;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(Fleet.isMySql()).as("table statistics are MariaDB's").isFalse();
        fleet = Fleet.start();
        admin = ShardFixture.admin(fleet.embedded().shards().get(0));
        String user = fleet.account("acme").user();
        String host = ShardFixture.text(admin, "SELECT host FROM mysql.user WHERE user = '" + user + "'");
        for (String sql : List.of(
                "CREATE DATABASE tb",
                "CREATE TABLE tb.m (a VARCHAR(60), b INT)",
                "INSERT INTO tb.m VALUES ('" + SECRET + "', 1), ('" + SECRET + "', 2)",
                "CREATE TABLE tb.t LIKE tb.m",
                "INSERT INTO tb.t SELECT * FROM tb.m",
                "CREATE VIEW tb.v AS SELECT * FROM tb.m",
                "CREATE SEQUENCE tb.s",
                "CREATE FUNCTION tb.f() RETURNS VARCHAR(60) READS SQL DATA RETURN (SELECT a FROM tb.m LIMIT 1)",
                "CREATE PROCEDURE tb.p() SELECT * FROM tb.m",
                "GRANT ALL PRIVILEGES ON tb.* TO '" + user + "'@'" + host + "'",
                "SET GLOBAL userstat = 1",
                "FLUSH TABLE_STATISTICS")) {
            ShardFixture.run(admin, sql);
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        if (fleet != null) {
            admin.close();
            fleet.close();
        }
    }

    private record Hostile(String mode, boolean isRefused, String sql) {}

    /** The statements of the list that a driver can send, with the tenant's name in the place of the list's. */
    private static List<Hostile> list() throws Exception {
        List<Hostile> list = new ArrayList<>();
        String mode = "";
        for (String line : Files.readAllLines(LIST)) {
            if (line.startsWith("@")) {
                mode = line.contains("ansi_quotes")
                        ? "ANSI_QUOTES"
                        : line.contains("no_backslash_escapes") ? "NO_BACKSLASH_ESCAPES" : "";
            } else if (line.contains(" | ") && !line.startsWith("#")) {
                String sql = line.substring(line.indexOf(" | ") + 3);
                if (!sql.matches(".*\\\\x[8-f].*")) {
                    String text =
                            sql.replace("\\n", "\n").replace("\\x0b", "\u000b").replace("\\x0c", "\f");
                    list.add(new Hostile(mode, line.matches("[0-9]{4} .*"), text.replaceAll("\\bta\\b", "acme")));
                }
            }
        }
        return list;
    }

    private static void homeTables() throws SQLException {
        for (String table : List.of("t", "u", "v", "m")) {
            ShardFixture.run(admin, "CREATE TABLE IF NOT EXISTS acme." + table + " (a VARCHAR(60), b INT)");
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + fleet.gateway().mysqlAddress().getPort()
                        + "/acme?sslMode=disable&allowPublicKeyRetrieval=true&allowMultiQueries=true",
                "acme",
                fleet.password("acme"));
    }

    /** Whatever comes back, rows and errors alike. */
    private static String answer(Connection acme, String sql) {
        StringBuilder answer = new StringBuilder();
        try (Statement statement = acme.createStatement()) {
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() >= 0) {
                if (rows) {
                    try (var set = statement.getResultSet()) {
                        int columns = set.getMetaData().getColumnCount();
                        while (set.next()) {
                            for (int i = 1; i <= columns; i++) {
                                answer.append(set.getString(i)).append(' ');
                            }
                        }
                    }
                }
                rows = statement.getMoreResults();
            }
        } catch (SQLException e) {
            answer.append(e.getErrorCode()).append(' ').append(e.getMessage());
        }
        return answer.toString();
    }

    @Test
    void noneReadsARowOfTheOtherTenantOrChangesOne() throws Exception {
        List<Hostile> statements = list();
        int refused = 0;
        homeTables();
        Connection acme = connect();
        String mode = "";
        for (Hostile hostile : statements) {
            if (!hostile.mode().equals(mode)) {
                mode = hostile.mode();
                answer(acme, "SET sql_mode = '" + mode + "'");
            }
            String answer = answer(acme, hostile.sql());
            assertThat(answer).as(hostile.sql()).doesNotContain(SECRET);
            refused += answer.matches("(?s)(1142|1044|1370|1227|1235) .*") ? 1 : 0;
            if (!hostile.isRefused()) {
                // It ran: its locks, tables and settings must not decide what the next one comes to.
                acme.close();
                homeTables();
                acme = connect();
                mode = "";
            }
        }
        acme.close();
        assertThat(ShardFixture.text(
                        admin,
                        "SELECT COALESCE(SUM(rows_read + rows_changed), 0) FROM information_schema.table_statistics"
                                + " WHERE table_schema = 'tb'"))
                .isEqualTo("0");
        assertThat(ShardFixture.text(admin, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'tb'"))
                .isEqualTo("4");
        assertThat(ShardFixture.text(admin, "SELECT COUNT(*), MIN(a) FROM tb.m"))
                .isEqualTo("2 " + SECRET);
        System.out.printf(
                "%d statements run as one tenant beside another, %d refused by the gateway, 0 foreign rows read%n",
                statements.size(), refused);
        assertThat(refused).isGreaterThanOrEqualTo(150);
    }
}
