// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.LinkedHashMap;

/**
 * The same point select through the doors of one gateway in turn: MySQL as text and prepared, and HTTP. Tells requests per second and
 * the gateway's processor time for each. Needs {@code wrk}; everything listens on loopback and is gone at the end.
 *
 * <p>System properties: {@code load.seconds} per run (default 4, at most 15), {@code load.rounds} (default 6), {@code load.warmup}
 * seconds before, twice through each door (default 14, at most 15), {@code load.threads} (default 8), and those of
 * {@link LoadedGateway}.
 */
final class DoorComparison {
    private static final int MAX_SECONDS = 15;

    private final int seconds = Math.min(MAX_SECONDS, Integer.getInteger("load.seconds", 4));
    private final int warmupSeconds = Math.min(MAX_SECONDS, Integer.getInteger("load.warmup", 14));
    private final int rounds = Integer.getInteger("load.rounds", 6);
    private final int threads = Integer.getInteger("load.threads", 8);
    private final LoadGenerator mysqlLoad = Sysbench.isInstalled() ? new Sysbench() : new JdbcLoad();

    private DoorComparison() {}

    public static void main(String... arguments) throws Exception {
        new DoorComparison().run();
    }

    /** A way into the gateway and what is sent through it. */
    private record Door(String name, LoadGenerator load, Proxy proxy, boolean prepared) {}

    private void run() throws IOException, InterruptedException, SQLException {
        var directory = Files.createTempDirectory("workersql-doors-");
        try (var gateway = LoadedGateway.start(directory)) {
            var mysql = gateway.mysql();
            var http = new Proxy("http", gateway.httpPort(), mysql.login(), mysql.process());
            var wrk = new Wrk(directory, mysql.login());
            var doors = new Door[] {
                new Door("MySQL, text (" + mysqlLoad.name() + ")", mysqlLoad, mysql, false),
                new Door("MySQL, prepared", mysqlLoad, mysql, true),
                new Door("HTTP/1.1 (" + wrk.name() + ")", wrk, http, false),
            };
            mysqlLoad.prepare(gateway.direct());
            for (int warmup = 0; warmup < 2; warmup++) {
                for (var door : doors) {
                    door.load().run(door.proxy(), door.prepared(), threads, warmupSeconds);
                }
            }
            var best = new LinkedHashMap<String, Figures>();
            for (int round = 0; round < rounds; round++) {
                for (var door : doors) {
                    var figures = Figures.of(door.load(), door.proxy(), door.prepared(), threads, seconds);
                    best.merge(door.name(), figures, Figures::better);
                }
            }
            System.out.printf(
                    "%d connections, %d rounds of %d s, %d processors, Java %s%n%n| door | requests/s | CPU per request |%n"
                            + "| --- | --- | --- |%n",
                    threads,
                    rounds,
                    seconds,
                    Runtime.getRuntime().availableProcessors(),
                    System.getProperty("java.version"));
            best.forEach((name, figures) -> System.out.printf(
                    "| %s | %,.0f | %.0f µs |%n", name, figures.queriesPerSecond(), figures.microsPerQuery()));
        } finally {
            LoadedGateway.delete(directory);
        }
    }
}
