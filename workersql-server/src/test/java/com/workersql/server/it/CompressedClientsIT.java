// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that ask for compression get it, and everything else as before. */
class CompressedClientsIT {
    private static final String MARIADB =
            "jdbc:mariadb://127.0.0.1:%d/acme?sslMode=disable&allowPublicKeyRetrieval=true&useCompression=true";
    private static final String MYSQL =
            "jdbc:mysql://127.0.0.1:%d/acme?sslMode=DISABLED&allowPublicKeyRetrieval=true&useCompression=true";
    private static final String MYSQL_TLS =
            "jdbc:mysql://127.0.0.1:%d/acme?sslMode=PREFERRED&allowPublicKeyRetrieval=true&useCompression=true";
    /** Of no table, so that it is the same on both families of servers. */
    private static final String TWENTY_THOUSAND_ROWS =
            "WITH RECURSIVE d AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM d WHERE n < 141)"
                    + " SELECT a.n * 142 + b.n + 1 AS seq, HEX(a.n * 142 + b.n) FROM d a JOIN d b ORDER BY seq LIMIT 20000";

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static Connection connect(String url, int port) throws SQLException {
        return DriverManager.getConnection(String.format(url, port), "acme", fleet.password("acme"));
    }

    @ParameterizedTest
    @ValueSource(strings = {MARIADB, MYSQL})
    void aLongResultTakesFewBytes(String url) throws Exception {
        try (var counter = new CountingRelay(fleet.gateway().mysqlAddress().getPort());
                var acme = connect(url, counter.port());
                var statement = acme.createStatement()) {
            long before = counter.bytes.get();
            try (var rows = statement.executeQuery("SELECT REPEAT('gateway', 150000)")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).hasSize(1_050_000).endsWith("gateway");
            }
            assertThat(counter.bytes.get() - before).isLessThan(100_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {MARIADB, MYSQL, MYSQL_TLS})
    void statementsOfEveryKindAreAnswered(String url) throws Exception {
        int port = fleet.gateway().mysqlAddress().getPort();
        for (boolean prepared : new boolean[] {false, true}) {
            try (var acme = connect(url + "&useServerPrepStmts=" + prepared, port);
                    var statement = acme.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS compressed");
                statement.execute("CREATE TABLE compressed (id INT PRIMARY KEY, v LONGBLOB)");
                byte[] noise = new byte[3_000_000];
                new Random(7).nextBytes(noise);
                try (var insert = acme.prepareStatement("INSERT INTO compressed VALUES (?, ?)")) {
                    for (int i = 0; i < 3; i++) {
                        insert.setInt(1, i);
                        insert.setBytes(2, noise);
                        assertThat(insert.executeUpdate()).isEqualTo(1);
                    }
                }
                try (var select = acme.prepareStatement("SELECT v FROM compressed WHERE id = ?")) {
                    select.setInt(1, 2);
                    try (var rows = select.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                        assertThat(rows.getBytes(1)).isEqualTo(noise);
                    }
                }
                long count = 0;
                try (var rows = statement.executeQuery(TWENTY_THOUSAND_ROWS)) {
                    while (rows.next()) {
                        assertThat(rows.getLong(1)).isEqualTo(++count);
                    }
                }
                assertThat(count).isEqualTo(20_000);
                assertThat(acme.isValid(5)).isTrue();
            }
        }
    }

    /** Passes bytes on and counts those that come from the gateway; one connection. */
    private static final class CountingRelay implements AutoCloseable {
        private final AtomicLong bytes = new AtomicLong();
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Socket server;

        CountingRelay(int port) throws IOException {
            server = new Socket(InetAddress.getLoopbackAddress(), port);
            new Thread(this::relay, "relay").start();
        }

        int port() {
            return listener.getLocalPort();
        }

        private void relay() {
            try (Socket client = listener.accept()) {
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                Thread back = new Thread(() -> copy(server, client, bytes), "relay-back");
                back.start();
                copy(client, server, new AtomicLong());
                back.join();
            } catch (IOException | InterruptedException e) {
                // The test ends, one way or the other.
            }
        }

        private static void copy(Socket from, Socket to, AtomicLong counter) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[8192];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    counter.addAndGet(read);
                    out.write(buffer, 0, read);
                    out.flush();
                }
                to.shutdownOutput();
            } catch (IOException e) {
                // Closed by the other direction.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            listener.close();
        }
    }
}
