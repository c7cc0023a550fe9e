// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.testing.MariaDbServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The MariaDB that comes with the build. */
class MariaDbBinlogIT extends FollowedServer {
    private static MariaDbServer server;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        server = MariaDbServer.start(
                List.of("CREATE USER IF NOT EXISTS replica IDENTIFIED BY 'secret'", "GRANT ALL ON *.* TO replica"),
                "--log-bin=binlog",
                "--server-id=7",
                "--binlog-format=ROW",
                "--binlog-row-metadata=FULL",
                "--gtid-domain-id=3");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    boolean isMariaDb() {
        return true;
    }

    @Override
    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + server.port() + "/?user=replica&password=secret&sslMode=disable");
    }

    @Override
    Replica replica() throws IOException {
        Replica replica = new Replica(server.port(), "replica", "secret");
        replica.execute("SET @mariadb_slave_capability = 4");
        return replica;
    }

    @Test
    void inflatesCompressedEvents() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET GLOBAL log_bin_compress = 1");
            statement.execute("SET GLOBAL log_bin_compress_min_len = 10");
        }
        try {
            logsEveryType();
        } finally {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("SET GLOBAL log_bin_compress = 0");
            }
        }
    }

    @Test
    void tellsGtidsAndStatements() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "CREATE TABLE binlog_it.told (id INT PRIMARY KEY)", "INSERT INTO binlog_it.told VALUES (1), (2)");
        List<MariaDbGtidEvent> gtids = all(entries, MariaDbGtidEvent.class);
        assertThat(gtids).hasSize(2);
        assertThat(gtids.get(0).flags() & (MariaDbGtidEvent.STANDALONE | MariaDbGtidEvent.DDL))
                .isEqualTo(MariaDbGtidEvent.STANDALONE | MariaDbGtidEvent.DDL);
        assertThat(gtids.get(1).flags() & MariaDbGtidEvent.TRANSACTIONAL).isEqualTo(MariaDbGtidEvent.TRANSACTIONAL);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(rows(statement, "SELECT @@gtid_binlog_pos"))
                    .isEqualTo(List.of(List.of(gtids.get(1).gtid().toString())));
        }
        assertThat(only(entries, RowsQueryEvent.class).statementText())
                .isEqualTo("INSERT INTO binlog_it.told VALUES (1), (2)");
    }

    @Test
    void tellsTheGtidsOfEarlierFiles() throws Exception {
        List<List<String>> last;
        List<BinlogPacket.Entry> entries;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            prepare(statement);
            last = rows(statement, "SELECT @@gtid_binlog_pos");
            statement.execute("FLUSH BINARY LOGS");
            entries = follow(new Position(Position.of(statement).file(), 4));
        }
        assertThat(only(entries, MariaDbGtidListEvent.class).gtids())
                .hasToString("[" + last.get(0).get(0) + "]");
    }

    @Test
    void readsTimesInTheFormOfOldTables() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "SET GLOBAL mysql56_temporal_format = OFF",
                "CREATE TABLE binlog_it.old (a TIME, b DATETIME, c TIMESTAMP NULL, d DATE)",
                "SET GLOBAL mysql56_temporal_format = ON",
                "INSERT INTO binlog_it.old VALUES ('-100:59:58', '2024-12-31 23:59:58', '2024-12-31 23:59:58', '2024-02-29')");
        assertThat(changes(rowEvents(entries), RowsEvent.Kind.WRITE).get(0).after().stream()
                        .map(ColumnValue::text))
                .containsExactly("-100:59:58", "2024-12-31 23:59:58", "2024-12-31 23:59:58", "2024-02-29");
        assertThat(only(entries, TableMapEvent.class).columns().stream().map(LogColumn::type))
                .containsExactly(
                        LogColumnType.TIME, LogColumnType.DATETIME, LogColumnType.TIMESTAMP, LogColumnType.DATE);
    }

    @Test
    void tellsThatTheServerIsAlive() throws Exception {
        try (Replica replica = replica()) {
            replica.execute("SET @master_binlog_checksum = @@global.binlog_checksum");
            replica.execute("SET @master_heartbeat_period = 50000000");
            replica.dump("binlog.000001", 4, 0, SERVER_ID);
            assertThat(heartbeat(replica).file()).startsWith("binlog.0");
        }
    }
}
