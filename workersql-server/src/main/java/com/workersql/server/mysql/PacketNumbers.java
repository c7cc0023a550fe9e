// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.frame.PacketEncoder;
import io.netty.buffer.ByteBuf;

/** Numbers the packets of several replies through, so that a client takes them for one. Not safe for several threads. */
final class PacketNumbers {
    private int next;
    private int headerBytes;
    private int payloadBytesLeft;

    /**
     * @param first the number of the first packet
     */
    PacketNumbers(int first) {
        next = first;
    }

    /** The number of the next packet. */
    int next() {
        return next;
    }

    /** Takes the number of the next packet. */
    int take() {
        int taken = next;
        next = (next + 1) & 0xFF;
        return taken;
    }

    /** Gives the packets their numbers, in place; they may begin and end in the middle of a packet. */
    void renumber(ByteBuf packets) {
        int at = packets.readerIndex();
        int end = packets.writerIndex();
        while (at < end) {
            if (headerBytes < PacketEncoder.HEADER_BYTES) {
                if (headerBytes == PacketEncoder.HEADER_BYTES - 1) {
                    packets.setByte(at, take());
                } else {
                    payloadBytesLeft |= packets.getUnsignedByte(at) << (8 * headerBytes);
                }
                headerBytes++;
                at++;
            } else {
                int skipped = Math.min(payloadBytesLeft, end - at);
                at += skipped;
                payloadBytesLeft -= skipped;
            }
            if (headerBytes == PacketEncoder.HEADER_BYTES && payloadBytesLeft == 0) {
                headerBytes = 0;
            }
        }
    }
}
