// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What a cursor has to tell and has not told yet, in order: rows, each with a comma before it, and whole messages between them. Of
 * rows, as many leave together as the client's credit and the size of a good message allow. Confined to one event loop.
 */
final class PendingMessages {
    private static final int COMPACT_BYTES = 64 * 1024;

    /** Made when the first item comes, since a statement may end before it has any; null without. */
    private ByteBuf bytes;
    /** The length of each item; of whole messages negative. */
    private int[] lengths = new int[16];

    private int first;
    private int count;

    /** Where the bytes of the next item go; {@link #row} or {@link #message} ends it. */
    ByteBuf out() {
        if (bytes == null) {
            bytes = ByteBufAllocator.DEFAULT.buffer(1024);
        }
        return bytes;
    }

    /** What was written since the last item is a row. */
    void row(int length) {
        add(length);
    }

    /** What was written since the last item is a message. */
    void message(int length) {
        add(-length);
    }

    private void add(int length) {
        if (count == lengths.length) {
            var larger = new int[count * 2];
            for (int i = 0; i < count; i++) {
                larger[i] = lengths[(first + i) % count];
            }
            lengths = larger;
            first = 0;
        }
        lengths[(first + count++) % lengths.length] = length;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int sizeBytes() {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    /** Whether the next item is a whole message. */
    boolean isMessageNext() {
        return lengths[first] < 0;
    }

    /** Takes the next item, a message, to another buffer. */
    void takeMessage(ByteBuf to) {
        take(to);
    }

    /**
     * Takes rows to another buffer, without the comma before the first one: one at least.
     *
     * @param maxRows how many at most, one or more
     * @param maxBytes no more are taken once they have so many bytes
     * @return how many were taken
     */
    int takeRows(ByteBuf to, long maxRows, long maxBytes) {
        bytes.skipBytes(1);
        lengths[first]--;
        int rows = 0;
        int start = to.writerIndex();
        do {
            take(to);
            rows++;
        } while (rows < maxRows && count > 0 && !isMessageNext() && to.writerIndex() - start < maxBytes);
        return rows;
    }

    private void take(ByteBuf to) {
        to.writeBytes(bytes, Math.abs(lengths[first]));
        first = (first + 1) % lengths.length;
        count--;
        if (count == 0) {
            bytes.clear();
        } else if (bytes.readerIndex() > COMPACT_BYTES) {
            bytes.discardReadBytes();
        }
    }

    /** Forgets everything, and gives the memory back. */
    void release() {
        count = 0;
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}
