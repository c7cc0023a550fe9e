// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.netty.ClientHandshakeHandler;
import com.workersql.protocol.rogue.Script.End;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private EventLoopGroup loops;

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
    @MethodSource("com.workersql.protocol.rogue.Scripts#all")
    void p9endsInADocumentedWayAndLeavesOthersAlone(Script script) throws Exception {
        try (FakeServer rogue = new FakeServer(script);
                FakeServer good = new FakeServer(Scripts.all().get(0))) {
            CompletableFuture<List<String>> other = ask(good);

            assertThat(endOf(ask(rogue))).isEqualTo(script.end());
            assertThat(other.get(20, TimeUnit.SECONDS)).containsExactly("[1, 2]", "[3, null]");
        }
    }

    /** P9: rows without end fill no memory: they pass by, and the client can leave whenever it likes. */
    @Test
    void p9readsRowsWithoutEndWithoutKeepingThem() throws Exception {
        byte[] head = Scripts.rowsHead();
        byte[] many = new byte[0];
        for (int i = 0; i < 256; i++) {
            many = Scripts.join(many, Scripts.raw(i + 4, "01310132"));
        }
        try (FakeServer endless =
                new FakeServer(new Script("endless", Scripts.GREETING, Scripts.LET_IN, head, End.BROKEN), many)) {
            CompletableFuture<List<String>> rows = ask(endless, 100_000);

            assertThat(rows.get(20, TimeUnit.SECONDS)).hasSize(100_000);
        }
    }

    /** P9: replies with bytes changed, left out or put in between; the seed gives a failure again. */
    @Test
    void p9neverThrowsAnythingElseOnAChangedReply() {
        long seed = 9;
        Random random = new Random(seed);
        byte[] good = Scripts.goodReply();
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
            handler.begin(Scripts.CAPABILITIES);
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
        } catch (ExecutionException e) {
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
}
