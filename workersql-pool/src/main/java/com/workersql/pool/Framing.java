// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Makes packets of a command's payload. */
final class Framing {
    /** Below, copying a payload behind its header costs less than a buffer of two parts. */
    private static final int MIN_UNCOPIED_BYTES = 16 * 1024;

    private Framing() {}

    /** The payload's packets, the first of which begins a command. Owns {@code payload}; the caller owns the packets. */
    static ByteBuf framed(ByteBuf payload) {
        int length = payload.readableBytes();
        if (length >= MIN_UNCOPIED_BYTES && length < PacketDecoder.MAX_PACKET_BYTES) {
            ByteBuf header = payload.alloc().buffer(PacketEncoder.HEADER_BYTES);
            PacketEncoder.writeHeader(header, length, 0);
            return Unpooled.wrappedBuffer(header, payload);
        }
        try {
            ByteBuf packets = payload.alloc().buffer(length + PacketEncoder.HEADER_BYTES);
            PacketEncoder.write(packets, 0, payload);
            return packets;
        } finally {
            payload.release();
        }
    }
}
