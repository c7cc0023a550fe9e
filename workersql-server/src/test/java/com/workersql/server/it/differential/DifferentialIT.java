// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.embedded.ShardFixture;
import com.workersql.server.it.ShardedFleet;
import com.workersql.server.it.differential.RandomSchema.Table;
import com.workersql.server.it.differential.RandomStatements.Sample;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The same statements through the gateway on four shards and on one server with all the data: the same rows, or a refusal. A
 * refused write is not run on the one server either, so that both keep the same data.
 *
 * <p>In the build a few schemas; {@code -Dworkersql.differential.schemas=4000 -Dworkersql.differential.seconds=1500
 * -Dworkersql.seed=1} for the long form, which ends after so many seconds. A schema's seed is in each difference.
 */
class DifferentialIT {
    private static final int SCHEMAS = Integer.getInteger("workersql.differential.schemas", 16);
    private static final int ROUNDS = Integer.getInteger("workersql.differential.rounds", 3);
    private static final int FILLING = Integer.getInteger("workersql.differential.filling", 60);
    private static final long SECONDS = Long.getLong("workersql.differential.seconds", 3_600);
    private static final int STATEMENTS = 20;
    private static final long SEED = Long.getLong("workersql.seed", 20261126L);

    /** How the statements of one class ended. */
    private static final class Tally {
        private int same;
        private int refused;
        private int failedAlike;

        int all() {
            return same + refused + failedAlike;
        }
    }

    /** What one statement came to: its rows, or how many it changed, or its error. */
    private record Outcome(List<String> rows, long changed, int errno, String message) {}

    private final Map<String, Tally> tallies = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();
    private int schemas;

    @Test
    void theGatewayGivesTheRowsOfOneServerOrRefuses() throws Exception {
        System.out.println("seed " + SEED);
        try (var fleet = ShardedFleet.start("version: 1\nshards: [shard_0, shard_1, shard_2, shard_3]\n")) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            for (int schema = 0; schema < SCHEMAS && System.nanoTime() < end; schema++) {
                run(fleet, SEED + schema);
                schemas++;
            }
        }
        report();
        assertThat(differences).isEmpty();
    }

    private void run(ShardedFleet fleet, long seed) throws SQLException {
        var random = new Random(seed);
        var schema = new RandomSchema(random);
        String drop = "DROP TABLE IF EXISTS "
                + schema.tables().stream().map(Table::name).collect(Collectors.joining(", "));
        for (int shard = 0; shard < 4; shard++) {
            try (var direct = fleet.shard(shard)) {
                ShardFixture.run(direct, drop);
            }
        }
        fleet.policy(schema.policy());
        var statements = new RandomStatements(random, schema.tables());
        try (var text = fleet.connect(false);
                var prepared = fleet.connect(true);
                var oracle = fleet.oracle()) {
            ShardFixture.run(oracle, drop);
            for (Table table : schema.tables()) {
                ShardFixture.run(text, table.definition());
                ShardFixture.run(oracle, table.definition());
            }
            for (int i = 0; i < FILLING; i++) {
                compare(seed, text, oracle, statements.fill());
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < STATEMENTS; i++) {
                    compare(seed, random.nextInt(4) == 0 ? prepared : text, oracle, statements.next());
                }
                contents(fleet, seed, schema, oracle);
            }
        }
    }

    private void compare(long seed, Connection gateway, Connection oracle, Sample sample) {
        var through = run(gateway, sample.sql());
        var tally = tallies.computeIfAbsent(sample.kind(), kind -> new Tally());
        if (through.errno() == 1235) {
            tally.refused++;
            return;
        }
        var direct = run(oracle, sample.sql());
        if (through.errno() != 0 || direct.errno() != 0) {
            if (through.errno() == direct.errno()) {
                tally.failedAlike++;
            } else {
                different(seed, sample, through, direct);
            }
        } else if (through.rows().equals(direct.rows()) && through.changed() == direct.changed()) {
            tally.same++;
        } else {
            different(seed, sample, through, direct);
        }
    }

    private void different(long seed, Sample sample, Outcome through, Outcome direct) {
        differences.add("seed " + seed + ": " + sample.sql() + "\n  gateway: " + through + "\n  server:  " + direct);
    }

    private static Outcome run(Connection connection, String sql) {
        try (Statement statement = connection.prepareStatement(sql)) {
            boolean hasRows = ((java.sql.PreparedStatement) statement).execute();
            if (!hasRows) {
                return new Outcome(List.of(), statement.getLargeUpdateCount(), 0, "");
            }
            var rows = new ArrayList<String>();
            try (var result = statement.getResultSet()) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    var row = new StringBuilder();
                    for (int i = 1; i <= columns; i++) {
                        row.append(result.getString(i)).append('|');
                    }
                    rows.add(row.toString());
                }
            }
            Collections.sort(rows);
            return new Outcome(rows, -1, 0, "");
        } catch (SQLException e) {
            return new Outcome(List.of(), -1, e.getErrorCode(), e.getMessage());
        }
    }

    /** The shards' rows together are those of the one server, and a copy is the same everywhere. */
    private void contents(ShardedFleet fleet, long seed, RandomSchema schema, Connection oracle) throws SQLException {
        for (Table table : schema.tables()) {
            String all = "SELECT * FROM " + table.name();
            var expected = run(oracle, all).rows();
            var together = new ArrayList<String>();
            for (int shard = 0; shard < 4; shard++) {
                try (var direct = fleet.shard(shard)) {
                    var own = run(direct, all).rows();
                    if (table.name().equals("countries") && !own.equals(expected)) {
                        differences.add("seed " + seed + ": the copy of " + table.name() + " on shard " + shard);
                    }
                    together.addAll(own);
                }
            }
            Collections.sort(together);
            if (!table.name().equals("countries") && !together.equals(expected)) {
                differences.add("seed " + seed + ": the contents of " + table.name() + "\n  shards: " + together
                        + "\n  server: " + expected);
            }
        }
    }

    private void report() {
        int all = 0;
        int refused = 0;
        System.out.printf("%-22s %8s %9s %13s%n", "class", "all", "refused", "failed alike");
        for (var entry : tallies.entrySet()) {
            var tally = entry.getValue();
            all += tally.all();
            refused += tally.refused;
            System.out.printf(
                    "%-22s %8d %8.1f%% %12.1f%%%n",
                    entry.getKey(),
                    tally.all(),
                    100.0 * tally.refused / Math.max(1, tally.all()),
                    100.0 * tally.failedAlike / Math.max(1, tally.all()));
        }
        System.out.printf(
                "%-22s %8d %8.1f%%, %d different, %d schemas%n",
                "all", all, 100.0 * refused / Math.max(1, all), differences.size(), schemas);
    }
}
