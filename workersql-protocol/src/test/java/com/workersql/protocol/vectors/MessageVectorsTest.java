// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every vector of {@code messages.vectors} through frames, decode and encode. */
class MessageVectorsTest {
    private static final int SEQUENCE_ID = 3;

    static List<Vector> vectors() {
        return Vector.load("messages.vectors");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decodesToItsFieldsAndEncodesToItsBytes(Vector vector) {
        Object message = decode(vector, Unpooled.wrappedBuffer(vector.bytes()));
        ByteBuf out = Unpooled.buffer();
        MessageCodec.encode(message, out, vector.capabilities());

        assertThat(MessageText.of(message)).isEqualTo(vector.fields());
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(vector.hex());
        assertThat(vector.direction().equals("server") ? MessageCodec.SERVER : MessageCodec.CLIENT)
                .contains(vector.message());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decodesToItsFieldsOutOfAPacketThatComesAtOnceOrByteByByte(Vector vector) {
        ByteBuf packet = packet(vector);
        int length = packet.readableBytes();
        for (int pieceBytes : new int[] {length, 1}) {
            try (PacketDecoder decoder = decoder()) {
                ByteBuf payload = null;
                for (int from = 0; from < length; from += pieceBytes) {
                    assertThat(payload).as("complete before byte %d", from).isNull();
                    payload = decoder.decode(packet.slice(from, pieceBytes));
                }
                assertThat(payload).as("in pieces of %d bytes", pieceBytes).isNotNull();
                assertThat(MessageText.of(decode(vector, payload))).isEqualTo(vector.fields());
                assertThat(decoder.sequenceId()).isEqualTo(SEQUENCE_ID);
                payload.release();
            }
        }
        packet.release();
    }

    /** T33, P2: what is cut off is a message or a ProtocolException, nothing else; a packet that is cut off needs more. */
    @ParameterizedTest
    @MethodSource("vectors")
    void givesAMessageOrAProtocolExceptionAtEveryPrefix(Vector vector) {
        byte[] bytes = vector.bytes();
        for (int length = 0; length < bytes.length; length++) {
            decodeOrRefuse(vector, Unpooled.wrappedBuffer(bytes, 0, length));
        }
        ByteBuf packet = packet(vector);
        for (int length = 0; length < packet.readableBytes(); length++) {
            try (PacketDecoder decoder = decoder()) {
                assertThat(decoder.decode(packet.slice(0, length))).isNull();
            }
        }
        packet.release();
    }

    /** P2, P4: so is what has a wrong byte anywhere, or any length inside it changed. */
    @ParameterizedTest
    @MethodSource("vectors")
    void givesAMessageOrAProtocolExceptionForEveryChangedByte(Vector vector) {
        Random random = new Random(7);
        byte[] bytes = vector.bytes();
        for (int index = 0; index < bytes.length; index++) {
            for (int value : new int[] {0, 0x7F, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF, random.nextInt(256)}) {
                byte[] changed = bytes.clone();
                changed[index] = (byte) value;
                decodeOrRefuse(vector, Unpooled.wrappedBuffer(changed));
            }
        }
    }

    private static Object decode(Vector vector, ByteBuf payload) {
        return MessageCodec.decode(vector.message(), payload, vector.capabilities());
    }

    private static void decodeOrRefuse(Vector vector, ByteBuf payload) {
        try {
            assertThat(decode(vector, payload)).isNotNull();
        } catch (ProtocolException expected) {
            assertThat(expected.errno()).isPositive();
        }
    }

    private static ByteBuf packet(Vector vector) {
        ByteBuf packet = Unpooled.buffer();
        PacketEncoder.write(packet, SEQUENCE_ID, Unpooled.wrappedBuffer(vector.bytes()));
        return packet;
    }

    private static PacketDecoder decoder() {
        PacketDecoder decoder = new PacketDecoder(
                UnpooledByteBufAllocator.DEFAULT, 1 << 20, SequenceMode.CONTINUE, Reservation.UNLIMITED);
        decoder.expectSequenceId(SEQUENCE_ID);
        return decoder;
    }
}
