// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Follows the binary log of a real server, and compares each row with what the server itself says of it. */
abstract class FollowedServer {
    private static final String TABLE = "binlog_it.every_type";
    private static final int NON_BLOCKING = 1;
    private static final int ANNOTATED = 2;
    static final int SERVER_ID = 99;
    private static final int LATIN1_BIN = 47;
    private static final int UTF8MB4_BIN = 46;

    abstract boolean isMariaDb();

    abstract Connection connect() throws SQLException;

    abstract Replica replica() throws IOException;

    @Test
    void describesColumnsKeysAndTransactions() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "CREATE TABLE binlog_it.described (a INT UNSIGNED, name VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin,"
                        + " note VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, kind ENUM('x', 'ü') NOT NULL,"
                        + " some SET('p', 'q'), place POINT, secret INT INVISIBLE, b BIGINT NOT NULL,"
                        + " PRIMARY KEY (b, a, name(3)))",
                "INSERT INTO binlog_it.described (a, name, kind, some, b) VALUES (1, 'é', 'ü', 'p,q', -1)");
        TableMapEvent table = only(entries, TableMapEvent.class);
        assertThat(table.schema()).isEqualTo("binlog_it");
        assertThat(table.table()).isEqualTo("described");
        assertThat(table.columns().stream().map(LogColumn::name))
                .containsExactly("a", "name", "note", "kind", "some", "place", "secret", "b");
        assertThat(table.columns().stream().map(LogColumn::isUnsigned))
                .containsExactly(true, false, false, false, false, false, false, false);
        // MariaDB does not tell what is invisible.
        assertThat(table.columns().stream().map(LogColumn::isVisible))
                .containsExactly(true, true, true, true, true, true, isMariaDb(), true);
        assertThat(table.columns().stream().map(LogColumn::isNullable))
                .containsExactly(false, false, true, false, true, true, true, false);
        assertThat(table.columns().get(1).collationId()).isEqualTo(LATIN1_BIN);
        assertThat(table.columns().get(2).collationId()).isEqualTo(UTF8MB4_BIN);
        assertThat(table.columns().get(3).labels()).containsExactly("x", "ü");
        assertThat(table.columns().get(4).labels()).containsExactly("p", "q");
        assertThat(table.columns().get(5).geometryType()).isEqualTo(1);
        assertThat(table.primaryKey())
                .containsExactly(
                        new TableMapEvent.KeyPart(7, 0),
                        new TableMapEvent.KeyPart(0, 0),
                        new TableMapEvent.KeyPart(1, 3));
        RowsEvent rows = only(entries, RowsEvent.class);
        assertThat(changes(List.of(rows), RowsEvent.Kind.WRITE).get(0).after().stream()
                        .map(value -> value == ColumnValue.NULL ? null : value.text()))
                .containsExactly("1", "é", null, "ü", "p,q", null, null, "-1");
        assertThat(entries.stream().map(BinlogPacket.Entry::event).filter(QueryEvent.class::isInstance))
                .anySatisfy(event -> assertThat(((QueryEvent) event).statementText())
                        .startsWith("CREATE TABLE binlog_it.described"));
        assertThat(only(entries, FormatDescriptionEvent.class).isMariaDb()).isEqualTo(isMariaDb());
        assertThat(only(entries, FormatDescriptionEvent.class).checksum()).isEqualTo(Checksum.CRC32);
        assertThat(entries.get(entries.size() - 1).event()).isInstanceOf(XidEvent.class);
        assertThat(entries.get(0).event()).isInstanceOf(RotateEvent.class);
    }

    @Test
    void marksColumnsThatARowEventLeavesOut() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "SET SESSION binlog_row_image = MINIMAL",
                "CREATE TABLE binlog_it.minimal (id INT PRIMARY KEY, a INT, b VARCHAR(10), c INT)",
                "INSERT INTO binlog_it.minimal VALUES (1, 2, 'three', 4)",
                "UPDATE binlog_it.minimal SET b = 'drei'",
                "DELETE FROM binlog_it.minimal");
        List<RowsEvent> rows = rowEvents(entries);
        RowChange update = changes(rows, RowsEvent.Kind.UPDATE).get(0);
        assertThat(update.before())
                .containsExactly(
                        new ColumnValue.Int(1, false), ColumnValue.ABSENT, ColumnValue.ABSENT, ColumnValue.ABSENT);
        assertThat(update.after().get(0)).isEqualTo(ColumnValue.ABSENT);
        assertThat(update.after().get(2).text()).isEqualTo("drei");
        assertThat(changes(rows, RowsEvent.Kind.DELETE).get(0).before().get(3)).isEqualTo(ColumnValue.ABSENT);
    }

    @Test
    void readsALogWithoutChecksums() throws Exception {
        List<BinlogPacket.Entry> entries = entriesOf(
                "SET GLOBAL binlog_checksum = NONE",
                "CREATE TABLE binlog_it.plain (id INT PRIMARY KEY)",
                "INSERT INTO binlog_it.plain VALUES (1)",
                "SET @before = 1");
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET GLOBAL binlog_checksum = CRC32");
        }
        assertThat(entries.stream()
                        .map(BinlogPacket.Entry::event)
                        .filter(FormatDescriptionEvent.class::isInstance)
                        .map(event -> ((FormatDescriptionEvent) event).checksum()))
                .contains(Checksum.NONE);
        assertThat(only(entries, RowsEvent.class).table().table()).isEqualTo("plain");
    }

    @Test
    void logsEveryType() throws Exception {
        List<LoggedTypes.Type> types = LoggedTypes.of(isMariaDb());
        List<BinlogPacket.Entry> entries;
        List<List<String>> expected;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            prepare(statement);
            statement.execute(LoggedTypes.createTable(TABLE, types));
            Position start = Position.of(statement);
            statement.execute(LoggedTypes.insert(TABLE, types));
            expected = rows(statement, LoggedTypes.select(TABLE, types));
            statement.execute("UPDATE " + TABLE + " SET id = id + 10");
            statement.execute("DELETE FROM " + TABLE);
            entries = follow(start);
        }
        List<RowsEvent> rows = rowEvents(entries);
        List<RowChange> written = changes(rows, RowsEvent.Kind.WRITE);
        check(written.stream().map(RowChange::after).toList(), types, expected);
        List<RowChange> updated = changes(rows, RowsEvent.Kind.UPDATE);
        check(updated.stream().map(RowChange::before).toList(), types, expected);
        List<RowChange> deleted = changes(rows, RowsEvent.Kind.DELETE);
        assertThat(deleted.stream().map(RowChange::before).toList())
                .isEqualTo(updated.stream().map(RowChange::after).toList());
        assertThat(rows.get(rows.size() - 1).isEndOfStatement()).isTrue();
    }

    /** The events that statements make; the first connects anew. */
    final List<BinlogPacket.Entry> entriesOf(String... statements) throws SQLException, IOException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            prepare(statement);
            Position start = Position.of(statement);
            for (String sql : statements) {
                statement.execute(sql);
            }
            return follow(start);
        }
    }

    static <T> List<T> all(List<BinlogPacket.Entry> entries, Class<T> type) {
        return entries.stream()
                .map(BinlogPacket.Entry::event)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** Reads until the first heartbeat. */
    static HeartbeatEvent heartbeat(Replica replica) throws IOException {
        while (true) {
            BinlogPacket packet = replica.next();
            assertThat(packet).isInstanceOf(BinlogPacket.Entry.class);
            if (((BinlogPacket.Entry) packet).event() instanceof HeartbeatEvent heartbeat) {
                return heartbeat;
            }
        }
    }

    static <T> T only(List<BinlogPacket.Entry> entries, Class<T> type) {
        List<T> found = all(entries, type);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    static void prepare(Statement statement) throws SQLException {
        statement.execute("SET time_zone = '+00:00'");
        statement.execute("SET NAMES utf8mb4");
        statement.execute("DROP DATABASE IF EXISTS binlog_it");
        statement.execute("CREATE DATABASE binlog_it");
    }

    record Position(String file, long offset) {
        static Position of(Statement statement) throws SQLException {
            String sql = statement
                            .getConnection()
                            .getMetaData()
                            .getDatabaseProductName()
                            .equals("MariaDB")
                    ? "SHOW MASTER STATUS"
                    : "SHOW BINARY LOG STATUS";
            try (ResultSet found = statement.executeQuery(sql)) {
                found.next();
                return new Position(found.getString(1), found.getLong(2));
            }
        }
    }

    /** All events from a position up to the end of the log. */
    final List<BinlogPacket.Entry> follow(Position start) throws IOException {
        List<BinlogPacket.Entry> entries = new ArrayList<>();
        try (Replica replica = replica()) {
            replica.execute("SET @master_binlog_checksum = @@global.binlog_checksum,"
                    + " @source_binlog_checksum = @@global.binlog_checksum");
            replica.dump(start.file, start.offset, NON_BLOCKING | (isMariaDb() ? ANNOTATED : 0), SERVER_ID);
            BinlogPacket packet = replica.next();
            while (packet instanceof BinlogPacket.Entry entry) {
                entries.add(entry);
                packet = replica.next();
            }
            assertThat(packet).isInstanceOf(BinlogPacket.End.class);
            assertThat(replica.stream().file()).isGreaterThanOrEqualTo(start.file);
            assertThat(replica.stream().position()).isPositive();
        }
        return entries;
    }

    static List<RowsEvent> rowEvents(List<BinlogPacket.Entry> entries) {
        return all(entries, RowsEvent.class);
    }

    static List<RowChange> changes(List<RowsEvent> events, RowsEvent.Kind kind) {
        List<RowChange> changes = new ArrayList<>();
        events.stream().filter(event -> event.kind() == kind).forEach(event -> event.forEach(changes::add));
        return changes;
    }

    static List<List<String>> rows(Statement statement, String sql) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(found.getString(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private static void check(
            List<List<ColumnValue>> images, List<LoggedTypes.Type> types, List<List<String>> expected) {
        assertThat(images).hasSameSizeAs(expected);
        for (int row = 0; row < expected.size(); row++) {
            assertThat(images.get(row).get(0).text())
                    .isEqualTo(expected.get(row).get(0));
            for (int i = 0; i < types.size(); i++) {
                ColumnValue value = images.get(row).get(i + 1);
                assertThat(value == ColumnValue.NULL ? null : text(value, types.get(i)))
                        .as("row %d, %s", row, types.get(i).definition())
                        .isEqualTo(expected.get(row).get(i + 1));
            }
        }
    }

    /** What a SELECT of {@link LoggedTypes} would give for an image. */
    static List<String> texts(List<ColumnValue> image, List<LoggedTypes.Type> types) {
        List<String> texts = new ArrayList<>(List.of(image.get(0).text()));
        for (int i = 0; i < types.size(); i++) {
            ColumnValue value = image.get(i + 1);
            texts.add(value == ColumnValue.NULL ? "null" : text(value, types.get(i)));
        }
        return texts;
    }

    private static String text(ColumnValue value, LoggedTypes.Type type) {
        if (type.form() == LoggedTypes.Form.TEXT) {
            return value.text();
        }
        String hex = HexFormat.of().withUpperCase().formatHex(value.text().getBytes(StandardCharsets.ISO_8859_1));
        // HEX() of a BIT is that of its number.
        return value instanceof ColumnValue.Bit bit
                ? Long.toHexString(bit.bits()).toUpperCase(Locale.ROOT)
                : hex;
    }
}
