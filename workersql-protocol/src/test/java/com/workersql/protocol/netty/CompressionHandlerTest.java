// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.Ping;
import com.workersql.protocol.message.server.Ok;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionHandlerTest {
    @ParameterizedTest
    @EnumSource
    void bothSidesUnderstandEachOther(CompressionAlgorithm algorithm) {
        EmbeddedChannel client = new EmbeddedChannel(
                CompressionHandler.forClient(algorithm, algorithm.defaultLevel(), 1 << 24),
                new PacketDecoderHandler(1 << 24, SequenceMode.UNCHECKED, Reservation.UNLIMITED));
        EmbeddedChannel server = new EmbeddedChannel(
                CompressionHandler.forServer(algorithm, algorithm.defaultLevel(), 1 << 24),
                new PacketDecoderHandler(1 << 24));
        for (int round = 0; round < 3; round++) {
            ByteBuf command = Unpooled.buffer();
            new Ping().encodePacket(command, 0, CapabilityFlags.NONE);
            client.writeOutbound(command);
            ByteBuf frame = client.readOutbound();
            assertThat(frame.getByte(3)).as("a command begins anew").isZero();
            server.writeInbound(frame);
            ByteBuf payload = server.readInbound();
            assertThat(ByteBufUtil.hexDump(payload)).isEqualTo("0e");
            payload.release();
            ByteBuf reply = Unpooled.buffer();
            new Ok(false, 0, 0, 2, 0, "i".repeat(500), List.of()).encodePacket(reply, 1, CapabilityFlags.NONE);
            server.writeOutbound(reply);
            ByteBuf answer = server.readOutbound();
            assertThat(answer.getByte(3)).isEqualTo((byte) 1);
            assertThat(answer.readableBytes()).isLessThan(200);
            client.writeInbound(answer);
            ByteBuf ok = client.readInbound();
            assertThat(ok.readableBytes()).isGreaterThan(500);
            ok.release();
        }
        assertThat(client.finish()).isFalse();
        assertThat(server.finish()).isFalse();
    }

    @Test
    void gathersWhatIsWrittenUpToAFlushAndTellsEveryWriter() {
        EmbeddedChannel server =
                new EmbeddedChannel(CompressionHandler.forServer(CompressionAlgorithm.ZLIB, 6, 1 << 24));
        ChannelFuture first = server.write(Unpooled.copiedBuffer(new byte[100]));
        ChannelFuture second = server.write(Unpooled.copiedBuffer(new byte[100]));
        assertThat(first.isDone()).isFalse();
        server.flush();
        assertThat(first.isSuccess()).isTrue();
        assertThat(second.isSuccess()).isTrue();
        ByteBuf frame = server.readOutbound();
        assertThat(frame.getUnsignedMediumLE(4)).isEqualTo(200);
        frame.release();
        ChannelFuture third = server.write(Unpooled.copiedBuffer(new byte[64 * 1024]));
        assertThat(server.outboundMessages()).isEmpty();
        server.flush();
        assertThat(third.isSuccess()).isTrue();
        ChannelFuture lost = server.write(Unpooled.copiedBuffer(new byte[10]));
        assertThat(server.finishAndReleaseAll()).isTrue();
        assertThat(lost.isSuccess()).isFalse();
    }

    @Test
    void p5TellsABrokenStreamOnceAndDropsTheRest() {
        AtomicReference<Throwable> told = new AtomicReference<>();
        int[] times = {0};
        EmbeddedChannel server = new EmbeddedChannel(
                CompressionHandler.forServer(CompressionAlgorithm.ZLIB, 6, 1 << 20),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        told.set(cause);
                        times[0]++;
                    }
                });
        byte[] bomb = ByteBufUtil.decodeHexDump("04000000ffffff01020304");
        server.writeInbound(Unpooled.wrappedBuffer(bomb), Unpooled.wrappedBuffer(bomb));
        assertThat(times[0]).isEqualTo(1);
        assertThat(told.get()).isInstanceOf(ProtocolException.class);
        assertThat(((ProtocolException) told.get()).errno()).isEqualTo(1157);
        assertThat(server.finish()).isFalse();
    }

    @Test
    void t14ACommandThatFollowsItsOwnDataCountsAnewAndTheDataDoesNot() {
        EmbeddedChannel client =
                new EmbeddedChannel(CompressionHandler.forClient(CompressionAlgorithm.ZLIB, 6, 1 << 24));
        // A query, the server's request of a file in a frame with the id 1, two packets of data, the next query.
        assertThat(sequenceIdOf(client, "010000" + "00" + "03")).isZero();
        client.writeInbound(
                Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("060000" + "01" + "000000" + "02000001fb61")));
        ((ByteBuf) client.readInbound()).release();
        assertThat(sequenceIdOf(client, "010000" + "02" + "61")).isEqualTo(2);
        assertThat(sequenceIdOf(client, "000000" + "03")).isEqualTo(3);
        assertThat(sequenceIdOf(client, "010000" + "00" + "03")).isZero();
        assertThat(client.finish()).isFalse();
    }

    private static int sequenceIdOf(EmbeddedChannel channel, String packet) {
        channel.writeOutbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(packet)));
        ByteBuf frame = channel.readOutbound();
        int id = frame.getUnsignedByte(3);
        frame.release();
        return id;
    }
}
