// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.RecordedReply;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyReaderTest {
    static Stream<RecordedReply> recordings() {
        return Stream.of("mysql-9.7", "mariadb-11.4").flatMap(server -> RecordedReply.of(server).stream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void readsTheRepliesOfRealServersHoweverTheyAreCut(RecordedReply reply) {
        Random random = new Random(6);
        for (boolean binary : new boolean[] {false, true}) {
            byte[] bytes = reply.bytes(binary);
            for (int pieceBytes : new int[] {bytes.length, 1, 7, 1000}) {
                Recorder recorder = new Recorder();
                ReplyReader reader = new ReplyReader(1 << 20);
                ResponseScanner scanner = new ResponseScanner();
                ReplyKind kind = binary ? ReplyKind.EXECUTE : ReplyKind.QUERY;
                scanner.begin(kind, RecordedReply.CAPABILITIES);
                reader.begin(kind, RecordedReply.CAPABILITIES, recorder);
                for (int at = 0; at < bytes.length; ) {
                    int length = Math.min(bytes.length - at, 1 + random.nextInt(pieceBytes));
                    scanner.scan(Unpooled.wrappedBuffer(bytes, at, length), reader);
                    at += length;
                }
                assertThat(scanner.isDone()).isTrue();
                List<String> expected = new ArrayList<>();
                expected.add("columns " + reply.columns(binary).length);
                reply.expected()
                        .forEach(row -> expected.add("row "
                                + row.stream()
                                        .map(value ->
                                                value == null ? "NULL" : new String(value, StandardCharsets.UTF_8))
                                        .toList()));
                assertThat(recorder.events).startsWith(expected.toArray(String[]::new));
                assertThat(recorder.events).hasSize(expected.size() + 1);
                assertThat(recorder.events.get(expected.size())).startsWith("end ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "update|ok 300",
                "syntax error|err 1064",
                "no rows|columns 1, end 2",
                "error in rows|columns 2, row [1, one], row [NULL, null], row [, empty], row [X, NULL], row [NULL, NULL], err 1317",
                "cursor|columns 2, end 66",
                "set option|ok 0",
                "fields|columns 3, end 2",
                "statistics|text Up:1",
                "prepare with 0 parameters and 0 columns|prepared 0 0",
                "prepare with 2 parameters and 0 columns|prepared 2 0",
                "prepare with 1 parameters and 2 columns|prepared 1 2",
                "prepare error|err 1064",
                "local file|file /f, ok 300",
                "error in the second result|columns 2, row [1, one], row [NULL, null], row [, empty], row [X, NULL],"
                        + " row [NULL, NULL], end 10, err 1062"
            })
    void tellsWhatAReplySays(String shape, String expected) {
        for (String mode : List.of(" (EOF)", " (no EOF)")) {
            ReplyBytes reply = ReplyShapes.all().get(shape + mode);
            byte[] bytes = reply.bytes();
            for (int cut = 0; cut <= bytes.length; cut++) {
                Recorder recorder = new Recorder();
                ReplyReader reader = new ReplyReader(1024);
                ResponseScanner scanner = new ResponseScanner();
                scanner.begin(reply.kind, reply.capabilities);
                reader.begin(reply.kind, reply.capabilities, recorder);
                scanner.scan(Unpooled.wrappedBuffer(bytes, 0, cut), reader);
                scanner.scan(Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut), reader);
                assertThat(String.join(", ", recorder.events).replace("x".repeat(251), "X"))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void readsTheRowsOfACursorByTheColumnsOfItsExecution() {
        ColumnDefinition column = ColumnDefinition.of("a", ColumnType.LONGLONG);
        ReplyBytes reply = new ReplyBytes(ReplyKind.FETCH, ReplyBytes.CLASSIC)
                .row(0, 0, 7, 0, 0, 0, 0, 0, 0, 0)
                .end(0x82);
        Recorder recorder = new Recorder();
        ReplyReader reader = new ReplyReader(1024);
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.FETCH, ReplyBytes.CLASSIC);
        reader.beginFetch(new ColumnDefinition[] {column}, ReplyBytes.CLASSIC, recorder);
        scanner.scan(Unpooled.wrappedBuffer(reply.bytes()), reader);
        assertThat(recorder.events).containsExactly("row [7]", "end 130");
    }

    @Test
    void joinsARowOfSeveralPhysicalPackets() {
        int length = 0xFF_FFFF + 100;
        byte[] row = new byte[length];
        Arrays.fill(row, (byte) 'x');
        row[0] = (byte) 0xFE;
        for (int i = 1; i < 9; i++) {
            row[i] = (byte) ((length - 9L) >>> (8 * (i - 1)));
        }
        byte[] bytes = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF)
                .columnCount(1)
                .metadata(1, 2)
                .row(row)
                .textRow("next")
                .end(2)
                .bytes();
        List<Integer> lengths = new ArrayList<>();
        ReplyReader reader = new ReplyReader(1 << 25);
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF);
        reader.begin(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF, new Recorder() {
            @Override
            public void onRow(RowReader found) {
                lengths.add(found.valueBytes(0));
            }
        });
        for (int at = 0; at < bytes.length; at += 65_536) {
            scanner.scan(Unpooled.wrappedBuffer(bytes, at, Math.min(65_536, bytes.length - at)), reader);
        }
        assertThat(lengths).containsExactly(length - 9, 4);
    }

    @Test
    void refusesARowOverTheLimitAsSoonAsItsLengthIsKnown() {
        byte[] bytes = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF)
                .columnCount(1)
                .metadata(1, 2)
                .textRow("x".repeat(1025))
                .bytes();
        ReplyReader reader = new ReplyReader(1024);
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF);
        reader.begin(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF, new Recorder());
        ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, bytes.length - 1000);
        assertThatThrownBy(() -> scanner.scan(in, reader))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("1028 bytes, allowed are 1024");
    }

    @Test
    void givesBackWhatItGatheredWhenItIsClosed() {
        ReplyReader reader = new ReplyReader(1024);
        reader.begin(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF, new Recorder());
        ByteBuf in = PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(new byte[] {9, 0, 0, 1, 1});
        long before = PooledByteBufAllocator.DEFAULT.metric().usedHeapMemory();
        reader.forward(in, 0, in.writerIndex());
        reader.close();
        reader.close();
        assertThat(in.release()).isTrue();
        assertThat(PooledByteBufAllocator.DEFAULT.metric().usedHeapMemory()).isLessThanOrEqualTo(before);
    }

    @Test
    void refusesToReadACursorWithoutItsColumns() {
        ReplyReader reader = new ReplyReader(1024);
        assertThatThrownBy(() -> reader.begin(ReplyKind.FETCH, ReplyBytes.CLASSIC, new Recorder()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static class Recorder implements ReplyHandler {
        private final List<String> events = new ArrayList<>();

        @Override
        public void onColumns(ColumnDefinition[] columns) {
            events.add("columns " + columns.length);
        }

        @Override
        public void onRow(RowReader row) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < row.columnCount(); i++) {
                values.add(row.isNull(i) ? "NULL" : row.getText(i));
            }
            events.add("row " + values);
        }

        @Override
        public void onRowsEnd(int statusFlags, int warnings) {
            events.add("end " + statusFlags);
        }

        @Override
        public void onOk(Ok ok) {
            events.add("ok " + ok.affectedRows());
        }

        @Override
        public void onErr(Err err) {
            events.add("err " + err.errno());
        }

        @Override
        public void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] columns) {
            events.add("prepared " + parameters.length + " " + columns.length);
        }

        @Override
        public void onText(String text) {
            events.add("text " + text);
        }

        @Override
        public void onFileRequest(String name) {
            events.add("file " + name);
        }
    }
}
