// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.client.GtidSet;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A MySQL whose port {@code workersql.mysql.port} names, with the root of an empty password. */
class MySqlBinlogIT extends FollowedServer {
    private static final int HEARTBEAT_V2 = 2;
    private static final int PORT = Integer.getInteger("workersql.mysql.port", 0);

    @BeforeAll
    static void requireServer() throws SQLException {
        Assumptions.assumeTrue(PORT > 0, "no workersql.mysql.port is given");
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET GLOBAL binlog_row_metadata = FULL");
        }
    }

    /** The feed of changes refuses GTIDs with tags: what is tested behind this, on the same server, is to find none. */
    @AfterAll
    static void forgetTags() throws SQLException {
        if (PORT > 0) {
            try (Connection connection = open();
                    Statement statement = connection.createStatement()) {
                statement.execute("RESET BINARY LOGS AND GTIDS");
            }
        }
    }

    @Override
    boolean isMariaDb() {
        return false;
    }

    @Override
    Connection connect() throws SQLException {
        return open();
    }

    private static Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + PORT + "/?user=root&sslMode=DISABLED");
    }

    @Override
    Replica replica() throws IOException {
        return new Replica(PORT, "root", "");
    }

    @Test
    void opensCompressedTransactions() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "CREATE TABLE binlog_it.squeezed (id INT PRIMARY KEY, t TEXT)",
                "SET SESSION binlog_transaction_compression = ON",
                "INSERT INTO binlog_it.squeezed VALUES (1, REPEAT('x', 10000)), (2, 'ü')");
        List<BinlogPacket.Entry> inner =
                only(entries, TransactionPayloadEvent.class).events();
        assertThat(inner.get(inner.size() - 1).event()).isInstanceOf(XidEvent.class);
        assertThat(changes(rowEvents(inner), RowsEvent.Kind.WRITE).stream()
                        .map(change -> change.after().get(1).text()))
                .containsExactly("x".repeat(10_000), "ü");
    }

    @Test
    void tellsWhatChangedInJson() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "SET SESSION binlog_row_value_options = PARTIAL_JSON",
                "CREATE TABLE binlog_it.parts (id INT PRIMARY KEY, other JSON, j JSON)",
                "INSERT INTO binlog_it.parts VALUES (1, '[]', JSON_OBJECT('a', 'some text of some length', 'b', JSON_ARRAY(1, 2, 3), 'c', 0))",
                "UPDATE binlog_it.parts SET j = JSON_REMOVE(JSON_SET(j, '$.a', 'x', '$.new', 7), '$.c')");
        ColumnValue changed = changes(rowEvents(entries), RowsEvent.Kind.UPDATE)
                .get(0)
                .after()
                .get(2);
        assertThat(((ColumnValue.JsonDiffs) changed).diffs())
                .containsExactly(
                        new JsonDiff(JsonDiff.Operation.REPLACE, "$.a", "\"x\""),
                        new JsonDiff(JsonDiff.Operation.INSERT, "$.new", "7"),
                        new JsonDiff(JsonDiff.Operation.REMOVE, "$.c", ""));
    }

    @Test
    void tellsGtidsWithAndWithoutTags() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "CREATE TABLE binlog_it.told (id INT PRIMARY KEY)",
                "SET SESSION binlog_rows_query_log_events = ON",
                "SET SESSION gtid_next = 'AUTOMATIC:some_tag'",
                "INSERT INTO binlog_it.told VALUES (1)",
                "SET SESSION gtid_next = 'AUTOMATIC'",
                "INSERT INTO binlog_it.told VALUES (2)");
        List<GtidEvent> gtids = all(entries, GtidEvent.class);
        assertThat(gtids).hasSize(3);
        String executed;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            executed = rows(statement, "SELECT @@gtid_executed").get(0).get(0).replace("\n", "");
            for (GtidEvent gtid : gtids) {
                assertThat(rows(statement, "SELECT GTID_SUBSET('" + gtid.gtid() + "', @@gtid_executed)"))
                        .isEqualTo(List.of(List.of("1")));
                assertThat(gtid.immediateServerVersion()).isBetween(80_000L, 100_000L);
                assertThat(gtid.originalServerVersion()).isEqualTo(gtid.immediateServerVersion());
                assertThat(gtid.immediateCommitMicros()).isGreaterThan(1_600_000_000_000_000L);
                assertThat(gtid.originalCommitMicros()).isEqualTo(gtid.immediateCommitMicros());
            }
        }
        assertThat(executed).contains("some_tag");
        assertThat(gtids.stream().map(GtidEvent::tag)).containsExactly("", "some_tag", "");
        assertThat(gtids.get(2).sequenceNumber()).isEqualTo(gtids.get(1).sequenceNumber() + 1);
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).event() instanceof GtidEvent gtid
                    && gtid.number() == gtids.get(1).number()) {
                assertThat(transactionBytes(entries, i)).isEqualTo(gtid.transactionBytes());
            }
        }
        assertThat(all(entries, RowsQueryEvent.class).stream().map(RowsQueryEvent::statementText))
                .containsExactly("INSERT INTO binlog_it.told VALUES (1)", "INSERT INTO binlog_it.told VALUES (2)");
    }

    private static long transactionBytes(List<BinlogPacket.Entry> entries, int from) {
        long bytes = 0;
        for (BinlogPacket.Entry entry : entries.subList(from, entries.size())) {
            bytes += entry.header().eventBytes();
            if (entry.event() instanceof XidEvent) {
                break;
            }
        }
        return bytes;
    }

    @Test
    void tellsTheGtidsOfEarlierFiles() throws Exception {
        String executed;
        List<BinlogPacket.Entry> entries;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            prepare(statement);
            statement.execute("SET SESSION gtid_next = 'AUTOMATIC:earlier'");
            statement.execute("CREATE TABLE binlog_it.earlier (id INT PRIMARY KEY)");
            statement.execute("SET SESSION gtid_next = 'AUTOMATIC'");
            executed = rows(statement, "SELECT @@gtid_executed").get(0).get(0);
            statement.execute("FLUSH BINARY LOGS");
            entries = follow(new Position(Position.of(statement).file(), 4));
        }
        assertThat(only(entries, PreviousGtidsEvent.class).gtids()).isEqualTo(executed.replace("\n", ""));
    }

    /** Of a server with {@code gtid_mode}: one without gives nobody a GTID to follow by. */
    @Test
    void followsBehindAGivenSetOfGtidsWithTags() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                Replica replica = replica()) {
            Assumptions.assumeTrue(
                    rows(statement, "SELECT @@gtid_mode").get(0).get(0).equals("ON"),
                    "the server's gtid_mode is not ON");
            prepare(statement);
            statement.execute("CREATE TABLE binlog_it.behind (id INT PRIMARY KEY)");
            statement.execute("SET SESSION gtid_next = 'AUTOMATIC:behind'");
            statement.execute("INSERT INTO binlog_it.behind VALUES (1)");
            statement.execute("SET SESSION gtid_next = 'AUTOMATIC:another_tag'");
            statement.execute("INSERT INTO binlog_it.behind VALUES (2)");
            GtidSet executed = GtidSet.parse(
                    rows(statement, "SELECT @@gtid_executed").get(0).get(0));
            assertThat(executed.intervals().stream().map(GtidSet.Interval::tag)).contains("", "behind", "another_tag");
            statement.execute("SET SESSION gtid_next = 'AUTOMATIC:behind'");
            statement.execute("INSERT INTO binlog_it.behind VALUES (3)");
            statement.execute("SET SESSION gtid_next = 'AUTOMATIC'");

            replica.execute("SET @source_binlog_checksum = @@global.binlog_checksum");
            replica.dumpGtid(0, SERVER_ID, executed);
            GtidEvent first = null;
            List<String> inserted = new ArrayList<>();
            while (inserted.isEmpty()) {
                if (replica.next() instanceof BinlogPacket.Entry entry) {
                    if (first == null && entry.event() instanceof GtidEvent gtid) {
                        first = gtid;
                    } else if (entry.event() instanceof RowsEvent rows) {
                        rows.forEach(
                                change -> inserted.add(change.after().get(0).text()));
                    }
                }
            }
            assertThat(inserted).containsExactly("3");
            assertThat(first.tag()).isEqualTo("behind");
            assertThat(GtidSet.parse(first.gtid()).intervals().get(0).first())
                    .isEqualTo(executed.intervals().stream()
                                    .filter(interval -> interval.tag().equals("behind"))
                                    .mapToLong(GtidSet.Interval::last)
                                    .max()
                                    .getAsLong()
                            + 1);
        }
    }

    @Test
    void passesOverTheHiddenColumnOfAMultiValuedIndex() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "CREATE TABLE binlog_it.multi (id INT PRIMARY KEY, j JSON, tail VARCHAR(10),"
                        + " INDEX numbers ((CAST(j->'$.n' AS UNSIGNED ARRAY))), INDEX names ((CAST(j->'$.s' AS CHAR(20) ARRAY))))",
                "INSERT INTO binlog_it.multi VALUES (1, '{\"n\": [1, 2], \"s\": [\"x\"]}', 'tail')");
        assertThat(changes(rowEvents(entries), RowsEvent.Kind.WRITE)
                        .get(0)
                        .after()
                        .get(2)
                        .text())
                .isEqualTo("tail");
    }

    @Test
    void followsByGtidsAndHearsThatTheServerIsAlive() throws Exception {
        for (int flags : new int[] {0, HEARTBEAT_V2}) {
            try (Replica replica = replica()) {
                replica.execute("SET @source_binlog_checksum = @@global.binlog_checksum");
                replica.execute("SET @source_heartbeat_period = 50000000");
                replica.dumpGtid(flags, SERVER_ID, GtidSet.EMPTY);
                assertThat(heartbeat(replica).position()).isGreaterThan(4);
            }
        }
    }
}
