// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.netty.ClientHandshakeHandler;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.value.RowReader;
import com.workersql.protocol.wire.Bytes;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P9: servers that mean no good, over real sockets. The client gets its rows, the server's error, or a documented exception, and
 * gives the connection up; another connection of the same event loop does not notice. By default five thousand changed replies;
 * more with {@code -Dworkersql.rogue.scale}.
 */
class RogueServerTest {
    private static final int SCALE = Integer.getInteger("workersql.rogue.scale", 1);
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
            | CapabilityFlags.CLIENT_CONNECT_ATTRS
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_SESSION_TRACK
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);
    private static final byte[] GREETING = packet(
            0,
            new HandshakeV10(
                    "8.4.0",
                    1,
                    Bytes.of("abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII)),
                    CAPABILITIES,
                    45,
                    2,
                    "mysql_native_password"));
    private static final byte[] LET_IN = packet(2, Ok.of(2));
    private static final byte[] COLUMN_A = packet(2, ColumnDefinition.of("a", ColumnType.LONGLONG));
    private static final byte[] COLUMN_B = packet(3, ColumnDefinition.of("b", ColumnType.LONGLONG));

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private EventLoopGroup loops;

    /** What a script is expected to end in. */
    private enum End {
        ROWS,
        SERVER_ERROR,
        BROKEN
    }

    /**
     * @param name what the server does
     * @param greeting what it says first
     * @param login its answer to the response
     * @param reply its answer to the query
     * @param end how the client ends
     */
    record Script(String name, Bytes greeting, Bytes login, Bytes reply, End end) {
        Script(String name, byte[] greeting, byte[] login, byte[] reply, End end) {
            this(name, Bytes.of(greeting), Bytes.of(login), Bytes.of(reply), end);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static byte[] packet(int sequenceId, ServerMessage message) {
        ByteBuf out = Unpooled.buffer();
        message.encodePacket(out, sequenceId, CAPABILITIES);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] raw(int sequenceId, String hex) {
        return RawClient.packet(sequenceId, ByteBufUtil.decodeHexDump(hex));
    }

    private static byte[] join(byte[]... pieces) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(pieces));
    }

    private static byte[] goodReply() {
        return join(
                raw(1, "02"), COLUMN_A, COLUMN_B, raw(4, "01310132"), raw(5, "0133fb"), packet(6, Ok.endOfRows(2, 0)));
    }

    private static Script reply(String name, End end, byte[]... pieces) {
        return new Script(name, GREETING, LET_IN, join(pieces), end);
    }

    static List<Script> scripts() {
        byte[] manyEofs = new byte[0];
        byte[] rows = join(raw(1, "02"), COLUMN_A, COLUMN_B);
        for (int i = 0; i < 50; i++) {
            manyEofs = join(manyEofs, raw(i + 2, "fe00000200"));
        }
        byte[] hugeColumn = packet(2, ColumnDefinition.of("x".repeat(2 << 20), ColumnType.LONGLONG));
        return List.of(
                reply("good", End.ROWS, goodReply()),
                reply("fewer columns than it said", End.BROKEN, raw(1, "03"), COLUMN_A, COLUMN_B, raw(4, "01310132")),
                reply("no columns at all", End.BROKEN, raw(1, "fcffff"), raw(2, "fe00000200")),
                reply("a count that is none", End.BROKEN, raw(1, "feffffffffffffffff")),
                reply("a short row", End.BROKEN, rows, raw(4, "0131"), packet(5, Ok.endOfRows(2, 0))),
                reply("a row with a value longer than itself", End.BROKEN, rows, raw(4, "0931fe")),
                reply("a row with too many values", End.BROKEN, rows, raw(4, "013101320133")),
                reply("a flood of EOFs", End.BROKEN, raw(1, "01"), manyEofs),
                reply(
                        "an ERR inside rows",
                        End.SERVER_ERROR,
                        rows,
                        raw(4, "01310132"),
                        packet(5, new Err(1317, "70100", "killed"))),
                reply("an unsolicited request for a file", End.BROKEN, raw(1, "fb2f6574632f706173737764")),
                reply("an OK with bogus session tracking", End.BROKEN, raw(1, "000000024000000003000501")),
                reply(
                        "an OK whose session tracking is longer than itself",
                        End.BROKEN,
                        raw(1, "00000002400000000c01ff")),
                reply(
                        "a sequence id that jumps",
                        End.BROKEN,
                        raw(1, "02"),
                        COLUMN_A,
                        packet(7, ColumnDefinition.of("b", ColumnType.LONGLONG))),
                reply("huge metadata", End.BROKEN, raw(1, "01"), hugeColumn),
                reply("a definition that is none", End.BROKEN, raw(1, "01"), raw(2, "0364656600")),
                reply("an ERR that is cut off", End.BROKEN, raw(1, "ff01")),
                reply("an empty packet", End.BROKEN, raw(1, "")),
                reply(
                        "more results that never come",
                        End.BROKEN,
                        packet(1, new Ok(false, 0, 0, StatusFlags.SERVER_MORE_RESULTS_EXISTS, 0, "", List.of()))),
                reply(
                        "a good OK with session tracking",
                        End.ROWS,
                        packet(
                                1,
                                new Ok(
                                        false,
                                        0,
                                        0,
                                        2,
                                        0,
                                        "",
                                        List.of(
                                                new SessionTrack.Schema("s"),
                                                new SessionTrack.Unrecognized(77, Bytes.of(new byte[9])))))),
                new Script("a greeting of garbage", raw(0, "0a" + "61".repeat(60)), LET_IN, goodReply(), End.BROKEN),
                new Script("a greeting of version 9", raw(0, "09" + "3300"), LET_IN, goodReply(), End.BROKEN),
                new Script("a greeting that is cut off", raw(0, "0a3500"), LET_IN, goodReply(), End.BROKEN),
                new Script("a greeting with another sequence id", raw(3, "0a3500"), LET_IN, goodReply(), End.BROKEN),
                new Script(
                        "no MySQL",
                        "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                        LET_IN,
                        goodReply(),
                        End.BROKEN),
                new Script(
                        "an ERR in place of the greeting",
                        raw(0, "ff1004546f6f206d616e79"),
                        LET_IN,
                        goodReply(),
                        End.SERVER_ERROR),
                new Script("a switch to an unknown plugin", GREETING, raw(2, "fe66006162"), goodReply(), End.BROKEN),
                new Script(
                        "a switch in a switch",
                        GREETING,
                        join(
                                raw(
                                        2,
                                        "fe"
                                                + ByteBufUtil.hexDump(
                                                        "mysql_native_password\0".getBytes(StandardCharsets.US_ASCII))
                                                + "61".repeat(20) + "00"),
                                raw(
                                        4,
                                        "fe"
                                                + ByteBufUtil.hexDump(
                                                        "mysql_native_password\0".getBytes(StandardCharsets.US_ASCII))
                                                + "61".repeat(20) + "00")),
                        goodReply(),
                        End.BROKEN),
                new Script("a greeting of 16 MB", new byte[] {-1, -1, -1, 0, 10}, LET_IN, goodReply(), End.BROKEN));
    }

    @BeforeEach
    void start() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    /** INV-6: nothing is left behind. */
    @AfterEach
    void nothingIsLeft() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes that are still held")
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void p9endsInADocumentedWayAndLeavesOthersAlone(Script script) throws Exception {
        try (FakeServer rogue = new FakeServer(script);
                FakeServer good = new FakeServer(scripts().get(0))) {
            CompletableFuture<List<String>> other = ask(good);

            assertThat(endOf(ask(rogue))).isEqualTo(script.end());
            assertThat(other.get(20, TimeUnit.SECONDS)).containsExactly("[1, 2]", "[3, null]");
        }
    }

    /** P9: rows without end fill no memory: they pass by, and the client can leave whenever it likes. */
    @Test
    void p9readsRowsWithoutEndWithoutKeepingThem() throws Exception {
        byte[] head = join(raw(1, "02"), COLUMN_A, COLUMN_B);
        byte[] many = new byte[0];
        for (int i = 0; i < 256; i++) {
            many = join(many, raw(i + 4, "01310132"));
        }
        try (FakeServer endless = new FakeServer(new Script("endless", GREETING, LET_IN, head, End.BROKEN), many)) {
            CompletableFuture<List<String>> rows = ask(endless, 100_000);

            assertThat(rows.get(20, TimeUnit.SECONDS)).hasSize(100_000);
        }
    }

    /** P9: replies with bytes changed, left out or put in between; the seed gives a failure again. */
    @Test
    void p9neverThrowsAnythingElseOnAChangedReply() {
        long seed = 9;
        Random random = new Random(seed);
        byte[] good = goodReply();
        for (int i = 0; i < 5000 * SCALE; i++) {
            ByteBuf changed = Unpooled.buffer();
            changed.writeBytes(good);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int index = random.nextInt(changed.writerIndex());
                switch (random.nextInt(3)) {
                    case 0 -> changed.setByte(index, random.nextInt(256));
                    case 1 -> changed.writerIndex(Math.max(1, index));
                    default -> changed.writeBytes(good, random.nextInt(good.length), 1);
                }
            }
            QueryHandler handler = new QueryHandler(new CompletableFuture<>(), Integer.MAX_VALUE);
            handler.begin(CAPABILITIES);
            try {
                while (changed.isReadable() && !handler.isDone()) {
                    handler.read(changed.readSlice(Math.min(changed.readableBytes(), 1 + random.nextInt(40))));
                }
            } catch (ProtocolException e) {
                assertThat(e.errno()).as("reply %s of seed %s", i, seed).isPositive();
            } finally {
                handler.release();
            }
        }
    }

    private static End endOf(CompletableFuture<List<String>> asked) throws Exception {
        try {
            asked.get(20, TimeUnit.SECONDS);
            return End.ROWS;
        } catch (java.util.concurrent.ExecutionException e) {
            assertThat(e.getCause())
                    .isInstanceOfAny(ServerErrorException.class, ProtocolException.class, IOException.class);
            return e.getCause() instanceof ServerErrorException ? End.SERVER_ERROR : End.BROKEN;
        }
    }

    private CompletableFuture<List<String>> ask(FakeServer server) {
        return ask(server, Integer.MAX_VALUE);
    }

    /** Logs in, asks for rows, and closes when it has them, or as many as are wanted. */
    private CompletableFuture<List<String>> ask(FakeServer server, int wantedRows) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        ClientHandshakeConfig config = ClientHandshakeConfig.builder("demo")
                .password("secret".getBytes(StandardCharsets.UTF_8))
                .tls(TlsMode.DISABLED)
                .timeoutMillis(5000)
                .build();
        ClientHandshakeHandler.Listener listener = new ClientHandshakeHandler.Listener() {
            @Override
            public void onConnected(ChannelHandlerContext ctx, ServerSession session) {
                QueryHandler handler = new QueryHandler(answer, wantedRows);
                handler.begin(session.capabilities());
                ctx.pipeline().addLast(handler);
                ByteBuf out = ctx.alloc().buffer();
                new Query(Unpooled.copiedBuffer("select a, b from t", StandardCharsets.UTF_8))
                        .encodePacket(out, 0, session.capabilities());
                ctx.writeAndFlush(out);
            }

            @Override
            public void onFailed(ChannelHandlerContext ctx, Throwable cause) {
                answer.completeExceptionally(cause);
            }
        };
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, allocator)
                .handler(new ClientHandshakeHandler(config, null, "localhost", server.port(), listener))
                .connect(InetAddress.getLoopbackAddress(), server.port());
        return answer;
    }

    /** One reply: the scanner finds its parts, the reader its rows. */
    private static final class QueryHandler extends ChannelInboundHandlerAdapter implements ReplyHandler {
        private final ResponseScanner scanner = new ResponseScanner();
        private final ReplyReader reader = new ReplyReader(1 << 16);
        private final CompletableFuture<List<String>> answer;
        private final int wantedRows;
        private final List<String> rows = new ArrayList<>();

        QueryHandler(CompletableFuture<List<String>> answer, int wantedRows) {
            this.answer = answer;
            this.wantedRows = wantedRows;
        }

        void begin(CapabilityFlags capabilities) {
            scanner.begin(ReplyKind.QUERY, capabilities);
            reader.begin(ReplyKind.QUERY, capabilities, this);
        }

        void read(ByteBuf in) {
            scanner.scan(in, reader);
        }

        boolean isDone() {
            return scanner.isDone();
        }

        void release() {
            reader.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                if (!answer.isDone()) {
                    read(in);
                    if (isDone() || rows.size() >= wantedRows) {
                        answer.complete(rows);
                        ctx.close();
                    }
                }
            } catch (ProtocolException e) {
                answer.completeExceptionally(e);
                ctx.close();
            } finally {
                in.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            answer.completeExceptionally(new IOException("The server closed the connection inside of its reply"));
            release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            answer.completeExceptionally(cause);
            ctx.close();
        }

        @Override
        public void onColumns(ColumnDefinition[] columns) {
            assertThat(columns).isNotNull();
        }

        @Override
        public void onRow(RowReader row) {
            if (rows.size() >= wantedRows) {
                return;
            }
            List<String> values = new ArrayList<>();
            for (int i = 0; i < row.columnCount(); i++) {
                values.add(row.isNull(i) ? null : row.getText(i));
            }
            rows.add(values.toString());
        }

        @Override
        public void onRowsEnd(int statusFlags, int warnings) {}

        @Override
        public void onOk(Ok ok) {}

        @Override
        public void onErr(Err err) {
            answer.completeExceptionally(new ServerErrorException(err));
        }
    }

    /** Says its script, however little the client has said, and then the endless part as long as somebody listens. */
    private static final class FakeServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Thread thread;

        FakeServer(Script script) throws IOException {
            this(script, new byte[0]);
        }

        FakeServer(Script script, byte[] endless) throws IOException {
            thread = new Thread(() -> run(script, endless), "fake server: " + script);
            thread.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void run(Script script, byte[] endless) {
            try (Socket client = socket.accept()) {
                client.setSoTimeout(10_000);
                client.getOutputStream().write(script.greeting().toArray());
                if (readPacket(client)) {
                    client.getOutputStream().write(script.login().toArray());
                }
                if (readPacket(client)) {
                    client.getOutputStream().write(script.reply().toArray());
                    while (endless.length > 0) {
                        client.getOutputStream().write(endless);
                    }
                }
                // What is behind the end of the script: an end of the stream, not a reset.
                client.shutdownOutput();
                while (client.getInputStream().read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (SocketException e) {
                // The client has left, as it may.
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private static boolean readPacket(Socket client) throws IOException {
            byte[] header = client.getInputStream().readNBytes(4);
            if (header.length < 4) {
                return false;
            }
            int length = (header[0] & 0xFF) | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
            return client.getInputStream().readNBytes(length).length == length;
        }

        @Override
        public void close() throws Exception {
            socket.close();
            thread.join(TimeUnit.SECONDS.toMillis(15));
        }
    }
}
