// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import com.workersql.protocol.session.ResponseScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultSetWriterTest {
    private static final int AUTOCOMMIT = 2;
    private static final CapabilityFlags CLASSIC = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void writesWhatClientsRead(boolean binary, boolean deprecateEof) {
        CapabilityFlags capabilities = deprecateEof ? CLASSIC.with(CapabilityFlags.CLIENT_DEPRECATE_EOF) : CLASSIC;
        ByteBuf out = Unpooled.buffer();
        int next = new ResultSetWriter(out, 1, capabilities, AUTOCOMMIT, binary)
                .columns(List.of(
                        ColumnDefinition.of("id", ColumnType.LONGLONG),
                        ColumnDefinition.of("name", ColumnType.VAR_STRING),
                        ColumnDefinition.of("x", ColumnType.DOUBLE)))
                .row(1, "grün", 1.5)
                .row(Long.MIN_VALUE, null, 1e20)
                .row(null, "", null)
                .row(row -> row.addLong(7).addLong(8).addDouble(0.1))
                .end(3);
        List<String> events = read(out, binary ? ReplyKind.EXECUTE : ReplyKind.QUERY, capabilities);
        assertThat(events)
                .containsExactly(
                        "id name x",
                        "[1, grün, 1.5]",
                        "[-9223372036854775808, null, 1e20]",
                        "[null, , null]",
                        "[7, 8, 0.1]",
                        "end 2 3");
        assertThat(next).isEqualTo(deprecateEof ? 10 : 11);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesDecimalsDatesAndTimesOfTheJdkAsMySqlPrintsThem(boolean binary) {
        ByteBuf out = Unpooled.buffer();
        new ResultSetWriter(out, 1, CLASSIC, AUTOCOMMIT, binary)
                .columns(List.of(
                        ColumnDefinition.of("a", ColumnType.NEWDECIMAL),
                        ColumnDefinition.of("b", ColumnType.DATE),
                        ColumnDefinition.of("c", ColumnType.DATETIME),
                        ColumnDefinition.of("d", ColumnType.TIME),
                        ColumnDefinition.of("e", ColumnType.TIME)))
                .row(
                        new BigDecimal("1E+3"),
                        LocalDate.of(824, 2, 29),
                        LocalDateTime.of(2024, 2, 29, 0, 0),
                        LocalTime.of(9, 8),
                        Duration.ofHours(-838).minusMinutes(59).minusSeconds(1))
                .end(0);
        assertThat(read(out, binary ? ReplyKind.EXECUTE : ReplyKind.QUERY, CLASSIC))
                .containsExactly(
                        "a b c d e", "[1000, 0824-02-29, 2024-02-29 00:00:00, 09:08:00, -838:59:01]", "end 2 0");
    }

    @Test
    void endsByAnErrorWhereRowsFail() {
        ByteBuf out = Unpooled.buffer();
        ResultSetWriter writer = new ResultSetWriter(out, 1, CLASSIC, AUTOCOMMIT, false);
        writer.columns(List.of(ColumnDefinition.of("a", ColumnType.LONG)))
                .row(1)
                .error(new Err(1317, "70100", "no"));
        assertThat(read(out, ReplyKind.QUERY, CLASSIC)).containsExactly("a", "[1]", "err 1317");
    }

    @Test
    void writesAShortResultByteForByteAsMySqlDoes() {
        ByteBuf out = Unpooled.buffer();
        ColumnDefinition column =
                new ColumnDefinition("", "", "", "1", "", 63, 2, ColumnType.LONGLONG, 0x81, 0, null, null);
        new ResultSetWriter(out, 1, CLASSIC, AUTOCOMMIT, true)
                .columns(List.of(column))
                .row(1)
                .end(0);
        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo("0100000101" + "17000002" + "036465660000000131000c3f0002000000088100000000"
                        + "05000003fe00000200" + "0a000004" + "00000100000000000000" + "05000005fe00000200");
    }

    @ParameterizedTest
    @CsvSource({
        "TINY, 0, 127, true", "TINY, 0, 128, false", "TINY, 32, 255, true", "TINY, 32, 256, false",
        "TINY, 32, -1, false", "SHORT, 0, -32768, true", "SHORT, 0, -32769, false", "YEAR, 32, 2155, true",
        "LONG, 32, 4294967295, true", "LONG, 0, 4294967295, false", "LONGLONG, 32, -1, false", "DATE, 0, 1, false"
    })
    void takesIntegersThatFitTheColumn(ColumnType type, int flags, long value, boolean fits) {
        ColumnDefinition[] columns = {new ColumnDefinition("", "", "", "a", "", 63, 20, type, flags, 0, null, null)};
        ByteBuf out = Unpooled.buffer();
        RowWriter writer = new RowWriter().begin(out, columns, true);
        if (fits) {
            writer.addLong(value).end();
            assertThat(new RowReader().wrapBinary(out, columns).getLong(0)).isEqualTo(value);
        } else {
            assertThatThrownBy(() -> writer.addLong(value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("column a of type " + type);
        }
    }

    @Test
    void copiesContentOfRowsOfTheSameForm() {
        for (RecordedReply reply : RecordedReply.of("mysql-9.7")) {
            for (boolean binary : new boolean[] {false, true}) {
                ColumnDefinition[] columns = reply.columns(binary);
                for (ByteBuf row : reply.rows(binary)) {
                    RowReader reader = new RowReader();
                    if (binary) {
                        reader.wrapBinary(row, columns);
                    } else {
                        reader.wrapText(row, columns);
                    }
                    ByteBuf out = Unpooled.buffer();
                    RowWriter writer = new RowWriter().begin(out, columns, binary);
                    for (int i = 0; i < columns.length; i++) {
                        if (reader.isNull(i)) {
                            writer.addNull();
                        } else {
                            writer.addContent(reader.getBytes(i));
                        }
                    }
                    writer.end();
                    assertThat(out).as(reply.toString()).isEqualTo(row);
                }
            }
        }
    }

    @Test
    void refusesMoreOrFewerValuesThanColumns() {
        ResultSetWriter writer = new ResultSetWriter(Unpooled.buffer(), 1, CLASSIC, AUTOCOMMIT, false)
                .columns(List.of(ColumnDefinition.of("a", ColumnType.LONG)));
        assertThatThrownBy(() -> writer.row(1, 2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer.row()).isInstanceOf(IllegalStateException.class);
    }

    private static List<String> read(ByteBuf in, ReplyKind kind, CapabilityFlags capabilities) {
        List<String> events = new ArrayList<>();
        ReplyReader reader = new ReplyReader(1024);
        reader.begin(kind, capabilities, new ReplyHandler() {
            @Override
            public void onColumns(ColumnDefinition[] columns) {
                StringBuilder names = new StringBuilder();
                for (ColumnDefinition column : columns) {
                    names.append(names.isEmpty() ? "" : " ").append(column.name());
                }
                events.add(names.toString());
            }

            @Override
            public void onRow(RowReader row) {
                List<String> values = new ArrayList<>();
                for (int i = 0; i < row.columnCount(); i++) {
                    values.add(row.isNull(i) ? null : new String(printed(row, i), StandardCharsets.UTF_8));
                }
                events.add(values.toString());
            }

            @Override
            public void onRowsEnd(int statusFlags, int warnings) {
                events.add("end " + statusFlags + " " + warnings);
            }

            @Override
            public void onOk(Ok ok) {
                events.add("ok");
            }

            @Override
            public void onErr(Err err) {
                events.add("err " + err.errno());
            }
        });
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(kind, capabilities);
        scanner.scan(in, reader);
        assertThat(scanner.isDone()).isTrue();
        assertThat(in.isReadable()).isFalse();
        return events;
    }

    private static byte[] printed(RowReader row, int i) {
        ByteBuf out = Unpooled.buffer();
        row.appendText(i, out);
        return ByteBufUtil.getBytes(out);
    }
}
