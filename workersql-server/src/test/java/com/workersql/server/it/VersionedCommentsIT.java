// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a real server runs of a comment, the router takes for SQL or refuses; what it leaves out is never taken for SQL. In the build
 * some comments are generated besides the table of them; {@code -Dworkersql.comments=100000 -Dworkersql.seed=1} for the long form, and
 * {@code -Dworkersql.mysql.ports=PORT,PORT} for MySQL.
 */
class VersionedCommentsIT {
    private static final List<String> VERSIONS = List.of(
            "", "00000", "1", "40100", "50000", "50699", "50700", "50701", "80000", "80036", "90000", "90700", "99999",
            "100000", "100001", "101119", "101120", "110404", "110405", "110406", "120000", "999999", "0500000",
            "5000000");
    private static final List<String> BODIES = List.of(
            " +(%s) ", "+(%s)", " +(%s) /* x */", " /* x */ +(%s) ", "\n+(%s)\n", " -- */\n +(%s) ", " '*/' +(%s) ");

    private static final int UNKNOWN_COLUMN = 1054;

    private static Fleet fleet;
    private static Connection shard;
    private static StatementContext context;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
        shard = fleet.direct(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme");
        String version = text("SELECT VERSION()");
        String[] parts = version.split("[.-]", -1);
        int number =
                Integer.parseInt(parts[0]) * 10_000 + Integer.parseInt(parts[1]) * 100 + Integer.parseInt(parts[2]);
        context = StatementContext.of(
                        "acme", version.contains("MariaDB") ? ServerFlavor.MARIADB : ServerFlavor.MYSQL, number)
                .withSchema("acme")
                .withOwnAccount(true);
    }

    @AfterAll
    static void stop() throws SQLException {
        shard.close();
        fleet.close();
    }

    private static String text(String sql) throws SQLException {
        try (var statement = shard.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private enum Reading {
        RUN,
        LEFT_OUT,
        WRONG
    }

    /** Whether the server looks for the column that the comment names. */
    private static Reading reading(String comment) {
        try {
            text("SELECT 1 " + comment.replace("%s", "no_such_column"));
            return Reading.LEFT_OUT;
        } catch (SQLException e) {
            boolean named = e.getErrorCode() == UNKNOWN_COLUMN && e.getMessage().contains("no_such_column");
            return named ? Reading.RUN : Reading.WRONG;
        }
    }

    private static Router router() {
        return Router.builder(RoutingPolicy.builder()
                        .shards(List.of("shard_0"))
                        .tenant("acme", "shard_0", Isolation.SCHEMA, "acme")
                        .build())
                .build();
    }

    /** Compares one comment; returns whether the router refused it as doubtful. */
    private static boolean compare(Router router, String comment) {
        Reading reading = reading(comment);
        String sql = "SELECT 1 " + comment.replace("%s", "SELECT COUNT(*) FROM globex.t");
        RoutePlan plan = router.plan(Statement.of(context, sql));
        boolean seen = plan instanceof RoutePlan.Refused no && no.errno() == 1142;
        boolean inDoubt = plan instanceof RoutePlan.Refused no && no.errno() == 1235;
        if (reading == Reading.RUN) {
            assertThat(seen || inDoubt).as("run: %s, planned: %s", sql, plan).isTrue();
        } else if (reading == Reading.LEFT_OUT) {
            assertThat(seen).as("left out: %s, planned: %s", sql, plan).isFalse();
        }
        return inDoubt;
    }

    @Test
    void noCommentIsRunThatTheRouterDoesNotSee() {
        Router router = router();
        int compared = 0;
        int refused = 0;
        for (String version : VERSIONS) {
            for (String mark : List.of("!", "M!")) {
                for (String body : BODIES) {
                    compared++;
                    refused += compare(router, "/*" + mark + version + body + "*/") ? 1 : 0;
                }
            }
        }
        System.out.printf(
                "%d versioned comments compared with the server, %d refused as doubtful%n", compared, refused);
        assertThat(compared).isEqualTo(VERSIONS.size() * 2 * BODIES.size());
        assertThat(refused).isLessThan(compared / 2);
    }

    /** A piece of SQL between, before or within comments that adds at most one query of the other tenant's table. */
    private static String generated(Random random) {
        var text = new StringBuilder();
        int pieces = 1 + random.nextInt(4);
        int target = random.nextInt(pieces);
        for (int piece = 0; piece < pieces; piece++) {
            text.append(piece(random, piece == target ? "+(%s)" : pick(random, "", "+0", " ", "-- 1\n", "# 1\n"), 0));
        }
        return text.toString();
    }

    private static String piece(Random random, String content, int depth) {
        String version = random.nextInt(3) == 0
                ? Integer.toString(random.nextInt(1_200_000))
                : VERSIONS.get(random.nextInt(VERSIONS.size()));
        String inner = depth < 3 && random.nextInt(3) == 0 ? piece(random, content, depth + 1) : content;
        String before = pick(random, "", " ", "\n", "\t", "/* 1 */", "+0", "/**/", " /*", "'*/'", "-- */\n");
        String after = pick(random, "", " ", "\n", "/* 1 */", "+0", "/*/ */", "*", " -- */\n");
        return switch (random.nextInt(6)) {
            case 0 -> "/* " + before + inner + after + "*/";
            case 1 -> "/*M!" + version + before + inner + after + "*/";
            case 2 -> before + inner + after;
            default -> "/*!" + version + before + inner + after + "*/";
        };
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    @Test
    void noNestOfCommentsIsRunThatTheRouterDoesNotSee() {
        long seed = Long.getLong("workersql.seed", 20261127L);
        int comments = Integer.getInteger("workersql.comments", 1_000);
        System.out.println("seed " + seed);
        var random = new Random(seed);
        Router router = router();
        int refused = 0;
        for (int i = 0; i < comments; i++) {
            refused += compare(router, generated(random)) ? 1 : 0;
        }
        System.out.printf("%d generated comments compared, %d refused as doubtful%n", comments, refused);
    }
}
