// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.frame.CompressedFrameDecoder;
import com.workersql.protocol.frame.CompressedFrameEncoder;
import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.Ping;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.client.StmtFetch;
import com.workersql.protocol.message.client.StmtPrepare;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.ParameterWriter;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a MySQL or MariaDB server on loopback, whose port is given and whose root has no password. */
@EnabledIfSystemProperty(named = "workersql.mysql.port", matches = "\\d+")
class RealServerIT {
    private static final long BASE = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_MULTI_STATEMENTS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SESSION_TRACK;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsTheEndOfRepliesOfEveryShape(boolean deprecateEof) throws IOException {
        try (Connection connection = new Connection(deprecateEof)) {
            connection.query("drop database if exists protocol_it");
            connection.query("create database protocol_it");
            connection.query("use protocol_it");
            connection.query("create procedure one() begin select 1; select 2, 'x'; end");
            connection.query("create procedure given(out o int) begin set o = 5; select 1; end");
            connection.query("create procedure cursors() begin declare x int;"
                    + " declare c cursor for select 1 union select 2; open c; fetch c into x; select x; close c; end");
            assertThat(connection.query("select 1; select 2, 'a' union select 3, null; do 1; selec"))
                    .containsExactly("row [1]", "end", "row [2, a]", "row [3, null]", "end", "ok", "err 1064");
            assertThat(connection.query("call one()")).containsExactly("row [1]", "end", "row [2, x]", "end", "ok");
            assertThat(connection.execute(0, "call one()"))
                    .containsExactly("row [1]", "end", "row [2, x]", "end", "ok");
            assertThat(connection.execute(0, "call given(?)", "7"))
                    .containsExactly("row [1]", "end", "row [5]", "end", "ok");
            assertThat(connection.execute(0, "call cursors()")).containsExactly("row [1]", "end", "ok");
            assertThat(connection.execute(StmtExecute.CURSOR_TYPE_READ_ONLY, "call cursors()"))
                    .containsExactly("row [1]", "end", "ok");
            assertThat(connection.execute(0, "select ?, 1", "seven")).containsExactly("row [seven, 1]", "end");
            assertThat(connection.execute(StmtExecute.CURSOR_TYPE_READ_ONLY, "select 1 union select 2 union select 3"))
                    .containsExactly("end", "row [1]", "row [2]", "end", "row [3]", "end");
            assertThat(connection
                            .query("select repeat('x', 300000) union all select 'y'")
                            .get(1))
                    .isEqualTo("row [y]");
            connection.query("drop database protocol_it");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void followsRepliesWithoutDefinitions(boolean deprecateEof) throws IOException {
        try (Connection connection = new Connection(deprecateEof, CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA)) {
            assertThat(connection.query("select 1, 'a'")).containsExactly("row [1, a]", "end");
            assertThat(connection.query("set resultset_metadata = none")).containsExactly("ok");
            assertThat(connection.query("select 1, 'a'")).containsExactly("row [1, a]", "end");
            assertThat(connection.execute(0, "select 1, 'a'")).containsExactly("row [1, a]", "end");
            assertThat(connection.query("do 1")).containsExactly("ok");
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsAndWritesCompressedPackets(CompressionAlgorithm algorithm) throws IOException {
        try (Connection connection = new Connection(true, algorithm.capability())) {
            assertThat(connection.query("select 1; select repeat('x', 300000); select 'y'"))
                    .containsExactly("row [1]", "end", "row [" + "x".repeat(300_000) + "]", "end", "row [y]", "end");
            assertThat(connection.query("select length('" + "z".repeat(200_000) + "')"))
                    .containsExactly("row [200000]", "end");
            assertThat(connection.execute(0, "select ?, 1", "seven")).containsExactly("row [seven, 1]", "end");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void printsRandomRealsAsTheServerDoes(long seed) throws IOException {
        Random random = new Random(seed);
        try (Connection connection = new Connection(true)) {
            connection.query("create database if not exists protocol_it");
            connection.query("drop table if exists protocol_it.reals");
            connection.query("create table protocol_it.reals (d double, f float, d3 double(20,3), f2 float(12,2))");
            for (int batch = 0; batch < 20; batch++) {
                StringBuilder sql = new StringBuilder("insert into protocol_it.reals values ");
                for (int i = 0; i < 100; i++) {
                    sql.append(i == 0 ? "(" : ",(")
                            .append(randomDouble(random))
                            .append(',')
                            .append(randomFloat(random))
                            .append(',')
                            .append((random.nextDouble() - 0.5) * 1e9)
                            .append(',')
                            .append((random.nextDouble() - 0.5) * 1e6)
                            .append(')');
                }
                assertThat(connection.query(sql.toString())).containsExactly("ok");
            }
            String select = "select d, f, d3, f2 from protocol_it.reals";
            assertThat(connection.execute(0, select)).isEqualTo(connection.query(select));
            connection.query("drop database protocol_it");
        }
    }

    private static double randomDouble(Random random) {
        double value = Double.longBitsToDouble(random.nextLong());
        return random.nextBoolean() && Double.isFinite(value)
                ? value
                : Math.scalb((double) random.nextInt(1 << 20), random.nextInt(60) - 30);
    }

    private static float randomFloat(Random random) {
        float value = Float.intBitsToFloat(random.nextInt());
        return random.nextBoolean() && Float.isFinite(value)
                ? value
                : Math.scalb((float) random.nextInt(1 << 20), random.nextInt(40) - 20);
    }

    /** A connection that waits for each reply, read in pieces of random size. */
    private static final class Connection implements AutoCloseable {
        private final Random random = new Random(9);
        private final Socket socket;
        private final CapabilityFlags capabilities;
        private final ResponseScanner scanner = new ResponseScanner();
        private final ReplyReader reader = new ReplyReader(1 << 24);

        private ColumnDefinition[] known = {};
        private CompressedFrameDecoder inflater;
        private CompressedFrameEncoder deflater;

        Connection(boolean deprecateEof) throws IOException {
            this(deprecateEof, 0);
        }

        Connection(boolean deprecateEof, long more) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), Integer.getInteger("workersql.mysql.port"));
            long bits = more | (deprecateEof ? BASE | CapabilityFlags.CLIENT_DEPRECATE_EOF : BASE);
            ClientHandshake handshake = new ClientHandshake(ClientHandshakeConfig.builder("root")
                    .password(new byte[0])
                    .tls(TlsMode.DISABLED)
                    .capabilities(new CapabilityFlags(bits))
                    .build());
            PacketDecoder decoder = new PacketDecoder(
                    UnpooledByteBufAllocator.DEFAULT, 1 << 16, SequenceMode.UNCHECKED, Reservation.UNLIMITED);
            ClientHandshake.Step step = ClientHandshake.Step.READ;
            while (step == ClientHandshake.Step.READ) {
                ByteBuf payload = decoder.decode(read());
                if (payload != null) {
                    ByteBuf out = Unpooled.buffer();
                    step = handshake.receive(payload, decoder.sequenceId(), out);
                    payload.release();
                    send(out);
                }
            }
            decoder.close();
            capabilities = handshake.session().capabilities();
            assertThat(capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)).isEqualTo(deprecateEof);
            CompressionAlgorithm algorithm = CompressionAlgorithm.of(capabilities);
            if (algorithm != null) {
                inflater = new CompressedFrameDecoder(UnpooledByteBufAllocator.DEFAULT, algorithm, 0xFF_FFFF);
                deflater = new CompressedFrameEncoder(algorithm, algorithm.defaultLevel(), 0xFF_FFFF);
            }
        }

        List<String> query(String sql) throws IOException {
            Recorder recorder = new Recorder();
            reply(new Query(Unpooled.copiedBuffer(sql, StandardCharsets.UTF_8)), ReplyKind.QUERY, recorder);
            return recorder.events;
        }

        List<String> execute(int flags, String sql, String... parameters) throws IOException {
            Recorder recorder = new Recorder();
            reply(new StmtPrepare(Unpooled.copiedBuffer(sql, StandardCharsets.UTF_8)), ReplyKind.PREPARE, recorder);
            ByteBuf execute = Unpooled.buffer();
            ParameterWriter writer = new ParameterWriter();
            writer.begin(execute, recorder.statementId, flags, parameters.length, List.of(), capabilities);
            for (String parameter : parameters) {
                writer.addText(parameter);
            }
            writer.end();
            reply(execute, ReplyKind.EXECUTE, recorder);
            while ((recorder.status & StatusFlags.SERVER_STATUS_CURSOR_EXISTS) != 0 && recorder.isCursor) {
                ByteBuf fetch = Unpooled.buffer();
                new StmtFetch(recorder.statementId, 2).encode(fetch, capabilities);
                reply(fetch, ReplyKind.FETCH, recorder);
            }
            return recorder.events;
        }

        private void reply(ClientMessage command, ReplyKind kind, Recorder recorder) throws IOException {
            ByteBuf payload = Unpooled.buffer();
            command.encode(payload, capabilities);
            reply(payload, kind, recorder);
        }

        private void reply(ByteBuf payload, ReplyKind kind, Recorder recorder) throws IOException {
            if (kind == ReplyKind.FETCH) {
                reader.beginFetch(recorder.columns, capabilities, recorder);
            } else {
                reader.begin(kind, capabilities, known, recorder);
            }
            scan(payload, kind);
            known = recorder.columns == null ? known : recorder.columns;
            recorder.isCursor = kind == ReplyKind.EXECUTE
                    ? recorder.rows == 0 && recorder.columns != null
                    : recorder.isCursor && (scanner.statusFlags() & StatusFlags.SERVER_STATUS_LAST_ROW_SENT) == 0;
            recorder.status = scanner.statusFlags();
            // The next reply is in its place only when this one ended where the scanner says.
            ByteBuf ping = Unpooled.buffer();
            new Ping().encode(ping, capabilities);
            reader.begin(ReplyKind.OK_ONLY, capabilities, new Recorder());
            scan(ping, ReplyKind.OK_ONLY);
        }

        private void scan(ByteBuf payload, ReplyKind kind) throws IOException {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.write(out, 0, payload);
            send(out);
            scanner.begin(kind, capabilities);
            while (!scanner.isDone()) {
                ByteBuf in = read();
                scanner.scan(in, reader);
                assertThat(in.isReadable()).isFalse();
            }
        }

        private void send(ByteBuf packets) throws IOException {
            ByteBuf out = packets;
            if (deflater != null) {
                out = Unpooled.buffer();
                deflater.sequenceId(0);
                deflater.encode(packets, out);
            }
            out.readBytes(socket.getOutputStream(), out.readableBytes());
        }

        private ByteBuf read() throws IOException {
            byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 9 : 65_536)];
            int length = socket.getInputStream().read(bytes);
            assertThat(length).as("the server closed").isPositive();
            ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
            if (inflater == null) {
                return in;
            }
            ByteBuf packets = Unpooled.buffer();
            for (ByteBuf piece = inflater.decode(in); piece != null; piece = inflater.decode(in)) {
                packets.writeBytes(piece);
                piece.release();
            }
            return packets;
        }

        @Override
        public void close() throws IOException {
            reader.close();
            socket.close();
            if (inflater != null) {
                inflater.close();
                deflater.close();
            }
        }
    }

    private static final class Recorder implements ReplyHandler {
        private final List<String> events = new ArrayList<>();
        private int statementId;
        private ColumnDefinition[] columns;
        private int rows;
        private int status;
        private boolean isCursor;

        @Override
        public void onColumns(ColumnDefinition[] found) {
            columns = found;
        }

        @Override
        public void onRow(RowReader row) {
            rows++;
            List<String> values = new ArrayList<>();
            for (int i = 0; i < row.columnCount(); i++) {
                values.add(row.isNull(i) ? null : row.getText(i));
            }
            events.add("row " + values);
        }

        @Override
        public void onRowsEnd(int statusFlags, int warnings) {
            events.add("end");
        }

        @Override
        public void onOk(Ok ok) {
            events.add("ok");
        }

        @Override
        public void onErr(Err err) {
            events.add("err " + err.errno());
        }

        @Override
        public void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] found) {
            statementId = statement.statementId();
        }
    }
}
