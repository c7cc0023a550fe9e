// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.Ping;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in which other codecs have failed at framing, by their numbers in the project's list. */
class FramingFailuresTest {
    private static final int FULL = PacketDecoder.MAX_PACKET_BYTES;
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    @Test
    void t01EncoderCutsAPayloadOf64MegabytesIntoFullPacketsAndAShortOne() {
        int bytes = 64 << 20;
        ByteBuf out = Unpooled.buffer(bytes + 64);
        int next = PacketEncoder.write(out, 1, Unpooled.wrappedBuffer(new byte[bytes]));
        assertThat(next).isEqualTo(6);
        int left = bytes;
        for (int sequenceId = 1; sequenceId <= 5; sequenceId++) {
            int length = Math.min(left, FULL);
            assertThat(out.readUnsignedMediumLE()).isEqualTo(length);
            assertThat(out.readUnsignedByte()).isEqualTo((short) sequenceId);
            out.skipBytes(length);
            left -= length;
        }
        assertThat(left).isZero();
        assertThat(out.isReadable()).isFalse();
        out.release();
    }

    @ParameterizedTest
    @CsvSource({
        FULL - 1 + ", 1, " + (FULL - 1),
        FULL + ", 2, 0",
        FULL + 1 + ", 2, 1",
        2 * FULL - 1 + ", 2, " + (FULL - 1),
        2 * FULL + ", 3, 0",
        2 * FULL + 1 + ", 3, 1",
    })
    void t02AMultipleOfAFullPacketIsFollowedByAnEmptyOne(int bytes, int packets, int lastBytes) {
        ByteBuf out = Unpooled.buffer(bytes + 16);
        PacketEncoder.write(out, 0, Unpooled.wrappedBuffer(new byte[bytes]));
        int lastHeader = (packets - 1) * (FULL + 4);
        assertThat(out.readableBytes()).isEqualTo(bytes + 4 * packets);
        assertThat(out.getUnsignedMediumLE(lastHeader)).isEqualTo(lastBytes);
        assertThat(out.getUnsignedByte(lastHeader + 3)).isEqualTo((short) (packets - 1));
        try (PacketDecoder decoder = decoder(SequenceMode.RESTART)) {
            ByteBuf payload = decoder.decode(out);
            assertThat(payload.readableBytes()).isEqualTo(bytes);
            payload.release();
        }
        out.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, FULL, FULL + 3, FULL + 4, FULL + 5, FULL + 7, FULL + 8, FULL + 9})
    void t03NoPayloadIsGivenBeforeItsLastPacketWhereverTheInputPauses(int pause) {
        ByteBuf stream = Unpooled.buffer(FULL + 18);
        byte[] payload = new byte[FULL + 10];
        Arrays.fill(payload, (byte) 7);
        PacketEncoder.write(stream, 0, Unpooled.wrappedBuffer(payload));
        try (PacketDecoder decoder = decoder(SequenceMode.RESTART)) {
            assertThat(decoder.decode(stream.slice(0, pause))).isNull();
            ByteBuf whole = decoder.decode(stream.slice(pause, stream.readableBytes() - pause));
            assertThat(whole.readableBytes()).isEqualTo(payload.length);
            assertThat(whole.getByte(payload.length - 1)).isEqualTo((byte) 7);
            whole.release();
        }
        stream.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 1})
    void t04SequenceIdsWrapWithinAReplyAndANewCommandIsToldByStateAlone(int pieceBytes) {
        try (PacketDecoder reply = decoder(SequenceMode.CONTINUE);
                PacketDecoder commands = decoder(SequenceMode.RESTART)) {
            reply.expectSequenceId(1);
            for (int i = 1; i <= 600; i++) {
                ByteBuf in = packet(i, 2, 's', 'x');
                ByteBuf payload = null;
                while (in.isReadable()) {
                    payload = reply.decode(in.readSlice(Math.min(pieceBytes, in.readableBytes())));
                }
                payload.release();
                assertThat(reply.sequenceId()).isEqualTo(i & 0xFF);
            }
            // Neither does the id 0, with a first byte like that of COM_INIT_DB, begin a command, nor another id a
            // reply.
            assertThatThrownBy(() -> reply.decode(packet(0, 2, 'x'))).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(() -> commands.decode(packet(256 + 1, 2, 'x'))).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void t05EveryCommandAndEveryReplyCountFromTheirOwnStart() {
        try (PacketDecoder commands = decoder(SequenceMode.RESTART)) {
            for (int command = 0; command < 300; command++) {
                ByteBuf in = Unpooled.buffer();
                new Ping().encodePacket(in, 0, CapabilityFlags.NONE);
                commands.decode(in).release();
                ByteBuf out = Unpooled.buffer();
                int next = Ok.of(2).encodePacket(out, commands.sequenceId() + 1, CapabilityFlags.NONE);
                assertThat(out.getByte(3)).isEqualTo((byte) 1);
                assertThat(next).isEqualTo(2);
            }
        }
    }

    @Test
    void t08AnExecutionOfMoreThan16MegabytesIsJoinedLikeAnyOtherCommand() {
        ByteBuf command = Unpooled.buffer(FULL + 100);
        command.writeByte(0x17).writeIntLE(7).writeByte(0).writeIntLE(1);
        command.writeByte(0).writeByte(1).writeShortLE(0xFC);
        LengthEncodedInteger.write(command, FULL + 50);
        command.writeZero(FULL + 50);
        ByteBuf stream = Unpooled.buffer(FULL + 200);
        PacketEncoder.write(stream, 0, command);
        try (PacketDecoder decoder = decoder(SequenceMode.RESTART)) {
            ByteBuf payload = decoder.decode(stream);
            CapabilityFlags capabilities = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);
            StmtExecute execute = (StmtExecute) ClientCommand.decode(payload, capabilities);
            assertThat(execute.parameters().readableBytes()).isEqualTo(command.readableBytes() - 10);
            payload.release();
        }
        stream.release();
    }

    @ParameterizedTest
    @CsvSource({
        "250, fa",
        "251, fcfb00",
        "65535, fcffff",
        "65536, fd000001",
        "16777215, fdffffff",
        "16777216, fe0000000100000000"
    })
    void t16LengthsTakeTheWidthThatTheirBoundariesSay(long value, String hex) {
        ByteBuf out = Unpooled.buffer();
        LengthEncodedInteger.write(out, value);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(hex);
        assertThat(LengthEncodedInteger.read(out)).isEqualTo(value);
    }

    @Test
    void p3FivePacketsOf16MegabytesAreJoinedExactlyAndRefusedAtTheLimitBeforeTheirBytesCome() {
        // The pieces are slices of one block, so that the stream itself takes no memory.
        byte[] block = new byte[1 << 16];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) ((i * 31) >> 3);
        }
        long total = 5L * FULL + 3;
        try (PacketDecoder decoder = decoder(SequenceMode.RESTART)) {
            ByteBuf whole = null;
            long sent = 0;
            for (int packet = 0; packet <= 5; packet++) {
                int length = (int) Math.min(FULL, total - sent);
                assertThat(decoder.decode(header(length, packet))).isNull();
                for (int left = length; left > 0; ) {
                    int from = (int) (sent % block.length);
                    int bytes = Math.min(left, block.length - from);
                    whole = decoder.decode(Unpooled.wrappedBuffer(block, from, bytes));
                    left -= bytes;
                    sent += bytes;
                }
            }
            assertThat(whole.readableBytes()).isEqualTo((int) total);
            for (int at = 0; at < total; at += block.length) {
                int bytes = (int) Math.min(block.length, total - at);
                assertThat(whole.slice(at, bytes)).isEqualTo(Unpooled.wrappedBuffer(block, 0, bytes));
            }
            whole.release();
        }
        try (PacketDecoder limited = new PacketDecoder(
                UnpooledByteBufAllocator.DEFAULT, FULL + 9, SequenceMode.RESTART, Reservation.UNLIMITED)) {
            limited.decode(header(FULL, 0));
            limited.decode(Unpooled.wrappedBuffer(new byte[FULL]));
            assertThatThrownBy(() -> limited.decode(header(10, 1)))
                    .isInstanceOf(ProtocolException.class)
                    .extracting(e -> ((ProtocolException) e).errno())
                    .isEqualTo(1153);
        }
    }

    private static ByteBuf header(int length, int sequenceId) {
        ByteBuf header = Unpooled.buffer(4);
        PacketEncoder.writeHeader(header, length, sequenceId);
        return header;
    }

    private static ByteBuf packet(int sequenceId, int... payload) {
        ByteBuf packet = Unpooled.buffer();
        PacketEncoder.writeHeader(packet, payload.length, sequenceId);
        for (int b : payload) {
            packet.writeByte(b);
        }
        return packet;
    }

    private static PacketDecoder decoder(SequenceMode mode) {
        return new PacketDecoder(UnpooledByteBufAllocator.DEFAULT, NO_LIMIT, mode, Reservation.UNLIMITED);
    }
}
