// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import com.workersql.server.embedded.ShardFixture;
import com.workersql.server.it.ShardedFleet;
import com.workersql.server.it.differential.RandomSchema.Table;
import com.workersql.server.it.differential.RandomStatements.Sample;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One schema after the other, through a gateway of its own on four shards and on one server. A refused write is not run on the one
 * server either, so that both keep the same data. Confined to one thread.
 */
final class Lane implements AutoCloseable {
    private static final int SHARDS = 4;
    private static final int FILLING = Integer.getInteger("workersql.differential.filling", 60);
    private static final int ROUNDS = Integer.getInteger("workersql.differential.rounds", 3);
    private static final int STATEMENTS = 20;

    /** What one statement came to: its rows, or how many it changed, or its error. */
    private record Outcome(List<String> rows, long changed, int errno, String message) {}

    private final ShardedFleet fleet;
    private final Verdicts verdicts;
    private final List<Connection> shards = new ArrayList<>();
    private final Connection oracle;
    /** The definition of each table that is there: a table is made anew only where the next schema has another one. */
    private final Map<String, String> definitions = new HashMap<>();

    Lane(ShardedFleet fleet, Verdicts verdicts) throws SQLException {
        this.fleet = fleet;
        this.verdicts = verdicts;
        for (int shard = 0; shard < SHARDS; shard++) {
            shards.add(fleet.shard(shard));
        }
        this.oracle = fleet.oracle();
    }

    /** Runs the statements of a seed. */
    void run(long seed) throws SQLException {
        var random = new Random(seed);
        var schema = new RandomSchema(random);
        var gone = new ArrayList<String>();
        for (Table table : schema.tables()) {
            if (whatIs(table, schema).equals(definitions.get(table.name()))) {
                everywhere("DELETE FROM " + table.name(), table.name().equals("settings") ? schema.single() : null);
            } else {
                definitions.remove(table.name());
                gone.add(table.name());
            }
        }
        if (!gone.isEmpty()) {
            everywhere("DROP TABLE IF EXISTS " + String.join(", ", gone), null);
        }
        fleet.policy(schema.policy());
        var statements = new RandomStatements(random, schema.tables());
        try (var text = fleet.connect(false);
                var prepared = fleet.connect(true)) {
            for (Table table : schema.tables()) {
                if (!definitions.containsKey(table.name())) {
                    ShardFixture.run(text, table.definition());
                    ShardFixture.run(oracle, table.definition());
                    definitions.put(table.name(), whatIs(table, schema));
                }
            }
            for (int i = 0; i < FILLING; i++) {
                compare(seed, text, statements.fill());
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < STATEMENTS; i++) {
                    compare(seed, random.nextInt(4) == 0 ? prepared : text, statements.next());
                }
                contents(seed, schema);
            }
        }
    }

    private static String whatIs(Table table, RandomSchema schema) {
        return table.definition() + (table.name().equals("settings") ? schema.single() : "");
    }

    /** On the one server and on all shards, or on one of them. */
    private void everywhere(String sql, String only) throws SQLException {
        for (int shard = 0; shard < SHARDS; shard++) {
            if (only == null || only.equals("shard_" + shard)) {
                ShardFixture.run(shards.get(shard), sql);
            }
        }
        ShardFixture.run(oracle, sql);
    }

    private void compare(long seed, Connection gateway, Sample sample) {
        var through = run(gateway, sample.sql());
        if (through.errno() == 1235) {
            verdicts.refused(sample.kind());
            return;
        }
        var direct = run(oracle, sample.sql());
        if (through.errno() != direct.errno()
                || through.changed() != direct.changed()
                || !through.rows().equals(direct.rows())) {
            verdicts.different(
                    "seed " + seed + ": " + sample.sql() + "\n  gateway: " + through + "\n  server:  " + direct);
        } else if (through.errno() != 0) {
            verdicts.failedAlike(sample.kind());
        } else {
            verdicts.same(sample.kind());
        }
    }

    private static Outcome run(Connection connection, String sql) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (!statement.execute()) {
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
    private void contents(long seed, RandomSchema schema) {
        for (Table table : schema.tables()) {
            String all = "SELECT * FROM " + table.name();
            var expected = run(oracle, all).rows();
            var together = new ArrayList<String>();
            boolean isCopied = table.name().equals("countries");
            for (int shard = 0; shard < SHARDS; shard++) {
                var own = run(shards.get(shard), all).rows();
                if (isCopied && !own.equals(expected)) {
                    verdicts.different("seed " + seed + ": the copy of " + table.name() + " on shard " + shard);
                }
                together.addAll(own);
            }
            Collections.sort(together);
            if (!isCopied && !together.equals(expected)) {
                verdicts.different("seed " + seed + ": the contents of " + table.name() + "\n  shards: " + together
                        + "\n  server: " + expected);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (var shard : shards) {
            shard.close();
        }
        oracle.close();
    }
}
