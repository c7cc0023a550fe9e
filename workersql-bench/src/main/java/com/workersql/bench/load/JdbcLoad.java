// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The same load by MariaDB Connector/J, where there is no sysbench. */
final class JdbcLoad implements LoadGenerator {
    private static final int ROWS = 10_000;
    private static final int BATCH = 64;

    @Override
    public String name() {
        return "point selects by Connector/J";
    }

    @Override
    public void prepare(Proxy direct) throws SQLException {
        try (var connection = connect(direct, false);
                var statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE sbtest1 (id INT PRIMARY KEY, c CHAR(120) NOT NULL)");
            statement.execute("INSERT INTO sbtest1 SELECT seq, SHA2(seq, 256) FROM seq_1_to_" + ROWS);
        }
    }

    @Override
    public long run(Proxy proxy, boolean prepared, int threads, int seconds) throws InterruptedException, SQLException {
        var executor = Executors.newFixedThreadPool(threads);
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            var counts = new ArrayList<Future<Long>>();
            for (int i = 0; i < threads; i++) {
                int seed = i;
                counts.add(executor.submit((Callable<Long>) () -> select(proxy, prepared, new Random(seed), end)));
            }
            long total = 0;
            for (var count : counts) {
                total += count.get();
            }
            return total;
        } catch (ExecutionException e) {
            throw new SQLException("the load against " + proxy.name() + " failed", e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    private static long select(Proxy proxy, boolean prepared, Random random, long end) throws SQLException {
        long count = 0;
        try (var connection = connect(proxy, prepared);
                var statement = connection.prepareStatement("SELECT c FROM sbtest1 WHERE id=?")) {
            while (System.nanoTime() - end < 0) {
                for (int i = 0; i < BATCH; i++, count++) {
                    statement.setInt(1, 1 + random.nextInt(ROWS));
                    try (var rows = statement.executeQuery()) {
                        rows.next();
                    }
                }
            }
        }
        return count;
    }

    private static Connection connect(Proxy proxy, boolean prepared) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + proxy.port() + "/"
                        + proxy.login().schema() + "?sslMode=disable&allowPublicKeyRetrieval=true&useServerPrepStmts="
                        + prepared,
                proxy.login().user(),
                proxy.login().password());
    }
}
