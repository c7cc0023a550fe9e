// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.recorded.Dialogue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.security.SecureRandom;
import java.util.Random;
import java.util.stream.Stream;

/** A peer's packets of a handshake, cut anywhere. */
final class HandshakeStream {
    private static final int MAX_PAYLOAD_BYTES = 1 << 14;

    /** What takes the packets. */
    interface Receiver {
        /** Takes one; false when no more are wanted. */
        boolean receive(ByteBuf payload, int sequenceId);
    }

    /** Gives the same salts to each run, so that an input does the same again. */
    static final class SameRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final Random source = new Random(5);

        @Override
        public void nextBytes(byte[] bytes) {
            source.nextBytes(bytes);
        }
    }

    private HandshakeStream() {}

    static void feed(ByteBuf in, Random cuts, ByteBufAllocator allocator, Receiver receiver) {
        try (PacketDecoder decoder =
                new PacketDecoder(allocator, MAX_PAYLOAD_BYTES, SequenceMode.UNCHECKED, Reservation.UNLIMITED)) {
            boolean wanted = true;
            while (wanted && in.isReadable()) {
                ByteBuf piece = Choices.piece(in, cuts);
                for (ByteBuf payload = decoder.decode(piece);
                        wanted && payload != null;
                        payload = wanted ? decoder.decode(piece) : null) {
                    try {
                        wanted = receiver.receive(payload, decoder.sequenceId());
                    } finally {
                        payload.release();
                    }
                }
            }
        }
    }

    /** What one side of each recorded dialogue said up to the other's first command or reply to one. */
    static Stream<byte[]> recorded(boolean ofClient) {
        return Dialogue.NAMES.stream().map(name -> {
            ByteBuf bytes = Unpooled.buffer();
            Dialogue.load(name).turns().stream()
                    .limit(10)
                    .filter(turn -> turn.fromClient() == ofClient)
                    .forEach(turn -> bytes.writeBytes(turn.bytes()));
            return ByteBufUtil.getBytes(bytes, 0, Math.min(bytes.readableBytes(), 2000));
        });
    }

    static byte[] packets(byte[]... payloads) {
        ByteBuf out = Unpooled.buffer();
        int sequenceId = 0;
        for (byte[] payload : payloads) {
            PacketEncoder.write(out, sequenceId, Unpooled.wrappedBuffer(payload));
            sequenceId += 2;
        }
        return ByteBufUtil.getBytes(out);
    }
}
