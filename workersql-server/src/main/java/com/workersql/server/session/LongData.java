// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/**
 * The value of one parameter as its pieces come. A large piece stays where it arrived; small ones are copied together, since each
 * would otherwise hold on to the whole buffer that it is a part of, which may be a thousand times its size.
 */
final class LongData {
    private static final int SMALL_BYTES = 4 * 1024;
    private static final int FIRST_CHUNK_BYTES = 64;
    private static final int MAX_CHUNK_BYTES = 16 * 1024;

    private final CompositeByteBuf whole = UnpooledByteBufAllocator.DEFAULT.compositeDirectBuffer(Integer.MAX_VALUE);
    private ByteBuf chunk;

    /** Adds a piece, which is owned here from now on. */
    void add(ByteBuf piece) {
        int bytes = piece.readableBytes();
        if (bytes >= SMALL_BYTES) {
            seal();
            whole.addComponent(true, piece);
            return;
        }
        if (chunk == null || chunk.maxWritableBytes() < bytes) {
            seal();
            chunk = UnpooledByteBufAllocator.DEFAULT.directBuffer(FIRST_CHUNK_BYTES, MAX_CHUNK_BYTES);
        }
        chunk.writeBytes(piece);
        piece.release();
    }

    /** The value so far; stays this object's. */
    CompositeByteBuf whole() {
        seal();
        return whole;
    }

    private void seal() {
        if (chunk != null) {
            whole.addComponent(true, chunk);
            chunk = null;
        }
    }

    void release() {
        seal();
        whole.release();
    }
}
