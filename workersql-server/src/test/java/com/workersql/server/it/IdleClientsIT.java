// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.protocol.testing.RawClient;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many clients that are there and say nothing, on few connections to the shard: what one of them costs, and what a hundred others get
 * done beside them. {@code -Dworkersql.idle.clients=10000 -DtestHeap=3g} is the long form, which needs as many file descriptors, and the
 * heap for the clients' own TLS.
 */
@Tag("alone")
class IdleClientsIT {
    private static final int CLIENTS = Integer.getInteger("workersql.idle.clients", 1_000);
    private static final boolean IS_LONG = CLIENTS > 1_000;
    private static final int CONNECTIONS = 20;
    private static final int ACTIVE = 100;
    private static final long MEASURED_NANOS = TimeUnit.SECONDS.toNanos(IS_LONG ? 5 : 1);
    private static final long MOST_BYTES_PER_CLIENT = 15 * 1024;
    private static final long MOST_BYTES_PER_TLS_CLIENT = 60 * 1024;

    @Test
    void costLittleAndLeaveTheOthersInPeace() throws Exception {
        measure("idle", CLIENTS, MOST_BYTES_PER_CLIENT, false);
    }

    @Test
    void costLittleMoreInsideOfTls() throws Exception {
        // Each costs both sides a handshake.
        measure("idle TLS", IS_LONG ? CLIENTS : CLIENTS / 4, MOST_BYTES_PER_TLS_CLIENT, true);
    }

    private static void measure(String what, int clients, long mostBytes, boolean encrypted) throws Exception {
        assumeFalse(Fleet.isMySql(), "the figures are of the embedded shards");
        var home = Files.createTempDirectory(
                Files.createDirectories(Path.of("target", "fleets").toAbsolutePath()), "idle");
        var certificate = encrypted ? OwnCertificate.make(home) : null;
        var tls = encrypted ? certificate.forClient() : null;
        var shards = ShardFixture.start(ShardFixture.config(home.resolve("data")));
        var idle = new ArrayList<RawClient>();
        try (var gateway = GatewayProcess.of(
                shards,
                home,
                CONNECTIONS,
                clients + 2 * ACTIVE,
                encrypted ? certificate.forGateway() : null,
                List.of("-Xmx512m", "-XX:+UseSerialGC"))) {
            gateway.start();
            try (var first = gateway.client("acme", Fleet.RAW_CAPABILITIES, tls)) {
                first.query("CREATE TABLE idle (id INT PRIMARY KEY, v INT)");
                first.query("INSERT INTO idle SELECT seq, seq * 7 FROM seq_1_to_1000");
            }
            throughput(gateway);
            double alone = throughput(gateway);
            long before = gateway.liveBytes();
            long residentBefore = gateway.residentBytes();
            for (int i = 0; i < clients; i++) {
                var client = gateway.client("acme", Fleet.RAW_CAPABILITIES, tls);
                assertThat(client.query("SELECT v FROM idle WHERE id = 1").value())
                        .isEqualTo("7");
                idle.add(client);
            }
            long perClient = (gateway.liveBytes() - before) / clients;
            long resident = (gateway.residentBytes() - residentBefore) / clients;
            double beside = throughput(gateway);
            System.out.printf(
                    "%,d %s clients on %d connections: %,d bytes of heap each, %,d bytes resident; %d active ones: %,.0f"
                            + " statements/s alone, %,.0f beside them%n",
                    clients, what, CONNECTIONS, perClient, resident, ACTIVE, alone, beside);
            assertThat(perClient).isLessThan(mostBytes);
            if (IS_LONG) {
                assertThat(resident)
                        .as("resident bytes, with the heap's growth")
                        .isLessThan(mostBytes);
            }
            assertThat(beside).as("statements per second beside idle clients").isGreaterThan(alone / 4);
            assertThat(idle.get(clients / 2)
                            .query("SELECT v FROM idle WHERE id = 2")
                            .value())
                    .isEqualTo("14");
        } finally {
            for (var client : idle) {
                client.close();
            }
            ShardFixture.end(shards);
        }
    }

    /** Statements per second of the active clients. */
    private static double throughput(GatewayProcess gateway) throws Exception {
        var threads = Executors.newFixedThreadPool(ACTIVE);
        try {
            var tasks = new ArrayList<Callable<Long>>();
            for (int i = 0; i < ACTIVE; i++) {
                tasks.add(() -> work(gateway));
            }
            long start = System.nanoTime();
            long statements = 0;
            for (var result : threads.invokeAll(tasks)) {
                statements += result.get();
            }
            return statements * 1e9 / (System.nanoTime() - start);
        } finally {
            threads.shutdownNow();
        }
    }

    private static long work(GatewayProcess gateway) throws IOException {
        try (var client = gateway.client("acme", Fleet.RAW_CAPABILITIES)) {
            long end = System.nanoTime() + MEASURED_NANOS;
            long statements = 0;
            while (System.nanoTime() < end) {
                client.query("SELECT v FROM idle WHERE id = " + (1 + statements % 1_000));
                statements++;
            }
            return statements;
        }
    }
}
