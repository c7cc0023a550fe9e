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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a real server runs of a comment, the router takes for SQL or refuses; what it leaves out is never taken for SQL. */
class VersionedCommentsIT {
    private static final List<String> VERSIONS = List.of(
            "", "00000", "1", "40100", "50000", "50699", "50700", "50701", "80000", "80036", "90000", "90700", "99999",
            "100000", "100001", "101119", "101120", "110404", "110405", "110406", "120000", "999999", "0500000",
            "5000000");
    private static final List<String> BODIES = List.of(
            " +(%s) ", "+(%s)", " +(%s) /* x */", " /* x */ +(%s) ", "\n+(%s)\n", " -- */\n +(%s) ", " '*/' +(%s) ");

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

    /** Whether the server adds what the comment holds to the 1 before it. */
    private static Reading reading(String comment) {
        try {
            return text("SELECT 1 " + comment.replace("%s", "41")).equals("1") ? Reading.LEFT_OUT : Reading.RUN;
        } catch (SQLException e) {
            return Reading.WRONG;
        }
    }

    @Test
    void noCommentIsRunThatTheRouterDoesNotSee() {
        Router router = Router.builder(RoutingPolicy.builder()
                        .shards(List.of("shard_0"))
                        .tenant("acme", "shard_0", Isolation.SCHEMA, "acme")
                        .build())
                .build();
        int compared = 0;
        int refused = 0;
        for (String version : VERSIONS) {
            for (String mark : List.of("!", "M!")) {
                for (String body : BODIES) {
                    String comment = "/*" + mark + version + body + "*/";
                    Reading reading = reading(comment);
                    String sql = "SELECT 1 " + comment.replace("%s", "SELECT COUNT(*) FROM globex.t");
                    RoutePlan plan = router.plan(Statement.of(context, sql));
                    boolean seen = plan instanceof RoutePlan.Refused no && no.errno() == 1142;
                    boolean inDoubt = plan instanceof RoutePlan.Refused no && no.errno() == 1235;
                    compared++;
                    refused += inDoubt ? 1 : 0;
                    if (reading == Reading.RUN) {
                        assertThat(seen || inDoubt)
                                .as("run: %s, planned: %s", sql, plan)
                                .isTrue();
                    } else if (reading == Reading.LEFT_OUT) {
                        assertThat(seen)
                                .as("left out: %s, planned: %s", sql, plan)
                                .isFalse();
                    }
                }
            }
        }
        System.out.printf(
                "%d versioned comments compared with the server, %d refused as doubtful%n", compared, refused);
        assertThat(compared).isEqualTo(VERSIONS.size() * 2 * BODIES.size());
        assertThat(refused).isLessThan(compared / 2);
    }
}
