// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.frame.PacketEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.IntSupplier;

/**
 * Takes the definitions and rows of one shard's result apart and gives the packets that go on their numbers in the reply of all.
 * It knows packet headers only; rows pass as the slices in which they came. Confined to the session's event loop.
 */
final class RowStream {
    /** A server has at most 4,096 columns in a result, each with some names of at most 256 bytes. */
    static final int MAX_DEFINITION_BYTES = 8 << 20;

    private final int columns;
    private final boolean passesDefinitions;
    private final IntSupplier nextNumber;
    private final ByteBuf definitions = ByteBufAllocator.DEFAULT.heapBuffer();
    private int packets;
    private int headerBytes;
    private int payloadBytesLeft;

    /**
     * @param columns how many definitions come before the rows
     * @param passesDefinitions whether the definitions go on, or are only kept for comparison
     * @param nextNumber numbers the packets that go on
     */
    RowStream(int columns, boolean passesDefinitions, IntSupplier nextNumber) {
        this.columns = columns;
        this.passesDefinitions = passesDefinitions;
        this.nextNumber = nextNumber;
    }

    /** Whether the last packet was complete. */
    boolean isBetweenPackets() {
        return headerBytes == 0;
    }

    /** The definitions with their headers, as far as they have come; stays this stream's. */
    ByteBuf definitions() {
        return definitions;
    }

    /** Whether the definitions are longer than any server's. */
    boolean isOverfull() {
        return definitions.readableBytes() > MAX_DEFINITION_BYTES;
    }

    void release() {
        definitions.release();
    }

    /** Numbers the packets in place and leaves those readable that go on, which may be none. */
    void take(ByteBuf slice) {
        int at = slice.readerIndex();
        int end = slice.writerIndex();
        int rows = packets >= columns ? at : end;
        int kept = at;
        while (at < end) {
            boolean isDefinition = packets < columns;
            if (headerBytes < PacketEncoder.HEADER_BYTES) {
                if (headerBytes == PacketEncoder.HEADER_BYTES - 1) {
                    if (!isDefinition || passesDefinitions) {
                        slice.setByte(at, nextNumber.getAsInt());
                    }
                } else {
                    payloadBytesLeft |= slice.getUnsignedByte(at) << (8 * headerBytes);
                }
                headerBytes++;
                at++;
            } else {
                int passed = Math.min(payloadBytesLeft, end - at);
                at += passed;
                payloadBytesLeft -= passed;
            }
            if (headerBytes == PacketEncoder.HEADER_BYTES && payloadBytesLeft == 0) {
                headerBytes = 0;
                packets += isDefinition ? 1 : 0;
                if (isDefinition && packets == columns) {
                    rows = at;
                }
            }
        }
        if (rows > kept && !isOverfull()) {
            definitions.writeBytes(slice, kept, Math.min(rows, end) - kept);
        }
        if (!passesDefinitions) {
            slice.readerIndex(rows);
        }
    }
}
