// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.proxy.PeerNetworks;
import com.workersql.protocol.proxy.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyHeaderHandlerTest {
    private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.9", 4000);
    private static final InetSocketAddress STRANGER = new InetSocketAddress("192.0.2.9", 4000);
    private static final InetSocketAddress CLIENT = new InetSocketAddress("198.51.100.7", 5000);
    private static final ProxyHeader HEADER = ProxyHeader.of(CLIENT, PROXY);

    private final List<SocketAddress> peers = new ArrayList<>();
    private final StringBuilder read = new StringBuilder();
    private EmbeddedChannel channel;
    private String refusal;

    private final class Recorder implements ProxyHeaderHandler.Listener {
        @Override
        public ChannelHandler[] onPeer(ChannelHandlerContext ctx, SocketAddress peer, ProxyHeader header) {
            peers.add(peer);
            return new ChannelHandler[] {
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ByteBuf in = (ByteBuf) message;
                        read.append(in.toString(StandardCharsets.ISO_8859_1));
                        in.release();
                    }
                }
            };
        }

        @Override
        public void onRefused(ChannelHandlerContext ctx, String reason) {
            assertThat(refusal).as("told once").isNull();
            refusal = reason;
        }
    }

    private void open(InetSocketAddress peer) {
        PeerNetworks believed = PeerNetworks.parse(List.of("10.0.0.0/8"));
        channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return peer;
            }
        };
        channel.pipeline().addLast(new ProxyHeaderHandler(believed, 2048, 1000, new Recorder()));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        channel.checkException();
    }

    private static ByteBuf header(String behind) {
        ByteBuf out = Unpooled.buffer();
        HEADER.encodeV2(out, true);
        return out.writeBytes(behind.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void givesTheClientOfABelievedPeerAndPassesOnWhatIsBehindTheHeader() {
        open(PROXY);
        channel.writeInbound(header("hello"));
        channel.writeInbound(Unpooled.copiedBuffer(" again", StandardCharsets.US_ASCII));

        assertThat(peers).containsExactly(CLIENT);
        assertThat(read).hasToString("hello again");
        assertThat(channel.pipeline().get(ProxyHeaderHandler.class)).isNull();
    }

    @Test
    void readsTheHeaderInPiecesOfAnySize() {
        byte[] bytes = ByteBufUtil.getBytes(header("hello"));
        for (int piece = 1; piece < bytes.length; piece++) {
            peers.clear();
            read.setLength(0);
            open(PROXY);
            for (int i = 0; i < bytes.length; i += piece) {
                channel.writeInbound(Unpooled.copiedBuffer(bytes, i, Math.min(piece, bytes.length - i)));
            }
            assertThat(peers).containsExactly(CLIENT);
            assertThat(read).hasToString("hello");
            close();
        }
    }

    /** N1: the address is never taken from whoever is not listed; the bytes are left to the next handler. */
    @Test
    void readsNoHeaderOfAStranger() {
        open(STRANGER);
        assertThat(peers).containsExactly(STRANGER);

        channel.writeInbound(header(""));

        assertThat(peers).containsExactly(STRANGER);
        assertThat(read.toString()).startsWith("\r\n\r\n\0\r\nQUIT\n");
    }

    @Test
    void takesTheConnectionsAddressWhereTheProxySpeaksForItself() {
        open(PROXY);
        ByteBuf out = Unpooled.buffer();
        ProxyHeader.LOCAL.encodeV2(out, false);
        channel.writeInbound(out);

        assertThat(peers).containsExactly(PROXY);
    }

    /** N1: a second header is content. */
    @Test
    void readsOneHeaderOnly() {
        open(PROXY);
        channel.writeInbound(Unpooled.wrappedBuffer(header(""), header("")));

        assertThat(peers).containsExactly(CLIENT);
        assertThat(read.length()).isEqualTo(header("").readableBytes());
    }

    @Test
    void closesOnAnythingElseOfABelievedPeer() {
        open(PROXY);
        channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1", StandardCharsets.US_ASCII));

        assertThat(channel.isOpen()).isFalse();
        assertThat(peers).isEmpty();
        assertThat(refusal).contains("PROXY header");
    }

    @Test
    void closesWhenTheHeaderDoesNotCome() {
        open(PROXY);
        channel.writeInbound(header("").writerIndex(20));
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(refusal).contains("1000 ms");
    }

    @Test
    void tellsWhenThePeerLeavesInTheMiddle() {
        open(PROXY);
        channel.writeInbound(header("").writerIndex(20));
        channel.close();

        assertThat(refusal).contains("closed");
    }

    @Test
    void sendsItsHeaderBeforeAnythingElse() {
        channel = new EmbeddedChannel();
        channel.pipeline().addLast(new ProxyHeaderSender(HEADER));
        channel.writeOutbound(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
        ByteBuf first = channel.readOutbound();

        assertThat(ProxyHeader.decode(first, 2048)).isEqualTo(HEADER);
        assertThat(channel.pipeline().get(ProxyHeaderSender.class)).isNull();
        first.release();
    }
}
