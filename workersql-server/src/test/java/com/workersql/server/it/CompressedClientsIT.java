// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.server.config.ShardWire;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        // Towards the shards too: MySQL can do zstd, MariaDB only zlib and is asked for nothing that it cannot do.
        fleet = Fleet.start(config -> config.toBuilder()
                .shards(config.shards().stream()
                        .map(shard -> shard.withWire(new ShardWire(
                                ShardWire.ProxyVersion.OFF,
                                Fleet.isMySql() || shard.name().equals("shard_1")
                                        ? ShardWire.Compress.ZSTD
                                        : ShardWire.Compress.ZLIB)))
                        .toList())
                .build());
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

    @ParameterizedTest
    @CsvSource({"acme, 0, Compression ON", "globex, 1, Compression OFF"})
    void shardsAreAskedForWhatTheyCanDo(String tenant, int shard, String expected) throws Exception {
        assumeFalse(Fleet.isMySql(), "a MySQL server can do both");
        assertThat(fleet.config().shards().get(shard).wire().compress()).isNotEqualTo(ShardWire.Compress.OFF);
        try (var client = fleet.connect(Driver.MARIADB_TEXT, tenant)) {
            assertThat(ShardFixture.text(client, "SHOW SESSION STATUS LIKE 'Compression'"))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", "globex"})
    void mySqlShardsAreAskedForZstd(String tenant) throws Exception {
        assumeTrue(Fleet.isMySql(), "MariaDB has zlib only");
        try (var client = fleet.connect(Driver.MYSQL_TEXT, tenant)) {
            assertThat(ShardFixture.text(client, "SHOW SESSION STATUS LIKE 'Compression_algorithm'"))
                    .isEqualTo("Compression_algorithm zstd");
            assertThat(ShardFixture.text(client, "SELECT REPEAT('gateway', 150000)"))
                    .isEqualTo("gateway".repeat(150_000));
        }
    }

    /** The programs of both families ask for it in their own words; zstd only MySQL's does. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            /usr/bin/mariadb | --no-defaults --skip-ssl --compress
            -                | --no-defaults --ssl-mode=DISABLED --get-server-public-key --compression-algorithms=zlib
            -                | --no-defaults --ssl-mode=DISABLED --get-server-public-key --compression-algorithms=zstd
            -                | --no-defaults --ssl-mode=DISABLED --get-server-public-key --compression-algorithms=zstd --zstd-compression-level=19
            -                | --no-defaults --get-server-public-key --compression-algorithms=zstd,zlib
            """)
    void theCommandLineIsAnswered(String program, String options) throws Exception {
        var command = new ArrayList<String>();
        if (program == null) {
            String mysql = System.getProperty("workersql.mysql.client");
            assumeTrue(mysql != null, "needs a mysql client of MySQL: -Dworkersql.mysql.client='COMMAND'");
            command.addAll(List.of(mysql.split(" ", -1)));
        } else {
            assumeTrue(Files.isExecutable(Path.of(program)), "needs " + program);
            command.add(program);
        }
        command.addAll(List.of(options.split(" ", -1)));
        try (var counter = new CountingRelay(fleet.gateway().mysqlAddress().getPort())) {
            command.addAll(List.of(
                    "-h127.0.0.1",
                    "-P" + counter.port(),
                    "-uacme",
                    "-p" + fleet.password("acme"),
                    "-N",
                    "-e",
                    "SELECT REPEAT('gateway', 150000); SELECT LENGTH('" + "x".repeat(60_000) + "')",
                    "acme"));
            var output = Files.createTempFile("compressed", ".txt");
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String text = Files.readString(output);
            assertThat(text).contains("gateway".repeat(150_000)).endsWith("60000\n");
            assertThat(counter.bytes.get()).isLessThan(100_000);
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
