// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.config.BreakerConfig;
import com.workersql.server.config.Limits;
import com.workersql.server.config.LocalInfile;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's file on its way to the shard of its table, by real clients; and what becomes of it when one of the three goes away. */
class LocalInfileIT {
    private static final String MYSQL = "jdbc:mysql://127.0.0.1:%d/acme?sslMode=DISABLED&allowPublicKeyRetrieval=true"
            + "&allowLoadLocalInfile=true";
    private static final String MARIADB =
            "jdbc:mariadb://127.0.0.1:%d/acme?sslMode=disable&allowPublicKeyRetrieval=true&allowLocalInfile=true";
    private static final int LINES = 60_000;
    private static final int MAX_FILE_BYTES = 6_000_000;
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_LOCAL_FILES
            | CapabilityFlags.CLIENT_DEPRECATE_EOF
            | CapabilityFlags.CLIENT_TRANSACTIONS;

    @TempDir
    static Path dir;

    private static Path lines;
    private static RogueShard rogue;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "local_infile is OFF there");
        lines = dir.resolve("lines.csv");
        try (var out = Files.newBufferedWriter(lines)) {
            for (int i = 1; i <= LINES; i++) {
                out.write(i + "\tline number " + i + " of a file that is longer than every buffer on its way\n");
            }
        }
        assertThat(Files.size(lines)).isBetween(4_000_000L, (long) MAX_FILE_BYTES);
        fleet = Fleet.start(config -> {
            var shards = new ArrayList<>(config.shards());
            try {
                rogue = new RogueShard(shards.get(1).primary().port(), "/etc/passwd");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            shards.set(
                    1,
                    ShardConfig.of(
                            shards.get(1).name(),
                            "127.0.0.1",
                            rogue.port(),
                            shards.get(1).account()));
            return config.toBuilder()
                    .shards(shards)
                    .localInfile(LocalInfile.ON)
                    .breaker(BreakerConfig.of(
                            Map.of(BreakerConfig.OPEN_MILLIS, 50L, BreakerConfig.MAX_OPEN_MILLIS, 100L)))
                    .limits(Limits.of(Map.of(Limits.LOCAL_FILE_BYTES, (long) MAX_FILE_BYTES)))
                    .build();
        });
    }

    @AfterAll
    static void stop() throws IOException {
        if (fleet != null) {
            fleet.close();
            rogue.close();
        }
    }

    @BeforeEach
    void emptyTable() throws SQLException {
        try (var acme = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(acme, "DROP TABLE IF EXISTS loaded");
            ShardFixture.run(acme, "CREATE TABLE loaded (id INT PRIMARY KEY, v VARCHAR(200)) ENGINE=InnoDB");
        }
    }

    private static int gateway() {
        return fleet.gateway().mysqlAddress().getPort();
    }

    private static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(String.format(url, gateway()), "acme", fleet.password("acme"));
    }

    private static RawClient raw(String tenant) throws IOException {
        return RawClient.connect(gateway(), tenant, fleet.password(tenant), tenant, CAPABILITIES);
    }

    private static String onShard(String sql) throws SQLException {
        try (var acme = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return ShardFixture.text(acme, sql);
        }
    }

    private static String load(Path file) {
        return "LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE loaded (id, v)";
    }

    @ParameterizedTest
    @ValueSource(strings = {MYSQL, MARIADB, MYSQL + "&useCompression=true", MARIADB + "&useCompression=true"})
    void aDriversFileOfManyBuffersArrives(String url) throws Exception {
        try (var acme = connect(url);
                var statement = acme.createStatement()) {
            assertThat(statement.executeUpdate(load(lines))).isEqualTo(LINES);
            assertThat(ShardFixture.text(acme, "SELECT COUNT(*), SUM(id) FROM loaded"))
                    .isEqualTo(LINES + " " + (long) LINES * (LINES + 1) / 2);
        }
        assertThat(onShard("SELECT COUNT(DISTINCT v) FROM loaded")).isEqualTo("" + LINES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--compress", "--skip-compress"})
    void theCommandLinesFilesArrive(String compress) throws Exception {
        var program = Path.of("/usr/bin/mariadb");
        assumeTrue(Files.isExecutable(program), "needs the mariadb client");
        var empty = Files.writeString(dir.resolve("empty"), "");
        var output = dir.resolve("output");
        var process = new ProcessBuilder(
                        program.toString(),
                        "--no-defaults",
                        compress,
                        "--local-infile=1",
                        "--skip-ssl",
                        "-h127.0.0.1",
                        "-P" + gateway(),
                        "-uacme",
                        "-e" + load(empty) + "; " + load(lines) + "; SELECT COUNT(*) FROM loaded",
                        "acme")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        process.environment().put("MYSQL_PWD", fleet.password("acme"));
        var running = process.start();
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(Files.readString(output)).contains("COUNT(*)\n" + LINES);
    }

    @Test
    void aFileWithinATransactionIsUndoneWithIt() throws Exception {
        var file = Files.writeString(dir.resolve("three"), "1\ta\n2\tb\n3\tc\n");
        try (var acme = connect(MARIADB);
                var statement = acme.createStatement()) {
            acme.setAutoCommit(false);
            assertThat(statement.executeUpdate(load(file))).isEqualTo(3);
            acme.rollback();
            assertThat(ShardFixture.text(acme, "SELECT COUNT(*) FROM loaded")).isEqualTo("0");
        }
    }

    @Test
    void theShardsErrorAboutAFileIsTheClients() throws Exception {
        var file = Files.writeString(dir.resolve("bad"), "1\ta\nx\tb\n");
        for (String url : new String[] {MYSQL, MARIADB}) {
            try (var acme = connect(url);
                    var statement = acme.createStatement()) {
                assertThatThrownBy(() -> statement.executeUpdate(load(file).replace("loaded", "no_such_table")))
                        .hasMessageContaining("no_such_table");
                statement.execute("TRUNCATE loaded");
                assertThat(statement.executeUpdate(load(file).replace("INTO", "IGNORE INTO")))
                        .isEqualTo(2);
                assertThat(statement.getWarnings() == null).isFalse();
            }
        }
    }

    @Test
    void whoDoesNotOfferFilesIsAskedForNone() throws Exception {
        long without = CAPABILITIES & ~CapabilityFlags.CLIENT_LOCAL_FILES;
        try (var acme = RawClient.connect(gateway(), "acme", fleet.password("acme"), "acme", without)) {
            assertThat(acme.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE loaded")
                            .errno())
                    .isEqualTo(3948);
            assertThat(acme.query("SELECT 1").value()).isEqualTo("1");
        }
    }

    @Test
    void aNameThatTheShardMightReadInAnotherWayIsRefused() throws Exception {
        try (var acme = raw("acme")) {
            assertThat(acme.query("LOAD DATA LOCAL INFILE 'a\\nb' INTO TABLE loaded")
                            .errno())
                    .isEqualTo(1235);
            byte[] asked = acme.begin("LOAD DATA LOCAL INFILE 'C:\\\\a''b' INTO TABLE loaded");
            assertThat(new String(asked, StandardCharsets.US_ASCII)).endsWith("C:\\a'b");
            acme.packet(2, new byte[0]);
            assertThat(acme.results().isError()).isFalse();
        }
    }

    @Test
    void aFileInSeveralStatementsIsAskedForInItsTurn() throws Exception {
        try (var acme = RawClient.connect(
                gateway(),
                "acme",
                fleet.password("acme"),
                "acme",
                CAPABILITIES | CapabilityFlags.CLIENT_MULTI_STATEMENTS | CapabilityFlags.CLIENT_MULTI_RESULTS)) {
            byte[] first =
                    acme.begin("DO 1; LOAD DATA LOCAL INFILE 'x' INTO TABLE loaded; SELECT COUNT(*) FROM loaded");
            assertThat(first[0]).isZero();
            assertThat(acme.next()).isEqualTo(new byte[] {(byte) 0xFB, 'x'});
            acme.packet(3, "1\ta\n".getBytes(StandardCharsets.US_ASCII));
            acme.packet(4, new byte[0]);
            var rest = acme.results();
            assertThat(rest.isError()).isFalse();
            assertThat(rest.toString()).contains("COUNT(*)");
        }
        assertThat(onShard("SELECT COUNT(*) FROM loaded")).isEqualTo("1");
    }

    @Test
    void aFileOverTheLimitEndsTheConnectionAndLeavesNoRow() throws Exception {
        try (var acme = raw("acme")) {
            assertThat(acme.begin("LOAD DATA LOCAL INFILE 'x' INTO TABLE loaded")[0])
                    .isEqualTo((byte) 0xFB);
            byte[] many = "1\ta\n".repeat(500_000).getBytes(StandardCharsets.US_ASCII);
            int sequenceId = 2;
            for (int sent = 0; sent + many.length <= MAX_FILE_BYTES; sent += many.length) {
                acme.packet(sequenceId++, many);
            }
            acme.packet(sequenceId, new byte[] {'2'});
            assertThat(acme.results().errno()).isEqualTo(1153);
            assertThat(acme.isClosed()).isTrue();
        }
        expectNoRow();
    }

    @Test
    void aClientThatGoesAwayInTheMiddleLeavesNoRowAndNoConnection() throws Exception {
        try (var acme = raw("acme")) {
            assertThat(acme.begin("LOAD DATA LOCAL INFILE 'x' INTO TABLE loaded")[0])
                    .isEqualTo((byte) 0xFB);
            acme.packet(2, "1\ta\n2\tb\n".getBytes(StandardCharsets.US_ASCII));
            acme.abort();
        }
        expectNoRow();
    }

    /** Its statement is gone from the shard, and what it wrote as well. */
    private static void expectNoRow() throws SQLException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!onShard("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'LOAD%'")
                        .equals("0")
                && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(onShard("SELECT COUNT(*) FROM loaded")).isEqualTo("0");
    }

    @Test
    void aShardThatDiesInTheMiddleIsToldBehindTheFile() throws Exception {
        assumeFalse(Fleet.isMySql(), "only an embedded shard can be killed");
        try (var acme = raw("acme")) {
            assertThat(acme.begin("LOAD DATA LOCAL INFILE 'x' INTO TABLE loaded")[0])
                    .isEqualTo((byte) 0xFB);
            acme.packet(2, "1\ta\n".getBytes(StandardCharsets.US_ASCII));
            String shard = fleet.embedded().shards().get(0).name();
            ShardFixture.kill(fleet.embedded(), shard);
            ShardFixture.restart(fleet.embedded(), shard);
            acme.packet(3, "2\tb\n".getBytes(StandardCharsets.US_ASCII));
            acme.packet(4, new byte[0]);
            var reply = acme.results();
            assertThat(reply.errno()).isEqualTo(1105);
            assertThat(reply.toString()).contains("GW-OUTCOME-UNKNOWN");
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (acme.query("SELECT COUNT(*) FROM loaded").isError() && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
        }
        assertThat(onShard("SELECT COUNT(*) FROM loaded")).isEqualTo("0");
    }

    @Test
    void aShardThatAsksForAFileUnaskedOrForAnotherGetsNothing() throws Exception {
        try (var globex = raw("globex")) {
            for (String sql : Arrays.asList(
                    "SELECT 'ROGUE'",
                    "DO 'ROGUE'",
                    "LOAD DATA LOCAL INFILE 'ROGUE' INTO TABLE loaded",
                    "SELECT '" + RogueShard.MARK + "', 2")) {
                var reply = globex.query(sql);
                assertThat(reply.errno()).as(sql).isEqualTo(1105);
                assertThat(reply.toString()).contains("asked for a file").doesNotContain("passwd");
            }
            assertThat(globex.query("SELECT 1").value()).isEqualTo("1");
            assertThat(rogue.heard()).as("what was said to its requests").isEmpty();
        }
    }
}
