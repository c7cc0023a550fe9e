// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The bytes of a document on their way to its output, in parts of a good size. Confined to one event loop. */
public final class AnswerChunks {
    private static final int CHUNK_BYTES = 16 * 1024;

    private final QueryOutput output;
    private ByteBuf chunk;

    /**
     * No bytes yet.
     *
     * @param output takes them
     */
    public AnswerChunks(QueryOutput output) {
        this.output = output;
    }

    /**
     * Where the next bytes go.
     *
     * @return valid until the next call of another method
     */
    public ByteBuf out() {
        if (chunk == null) {
            chunk = ByteBufAllocator.DEFAULT.buffer(1024);
        }
        return chunk;
    }

    /** Hands over what has been written once there is enough of it. */
    public void flushIfFull() {
        if (chunk != null && chunk.readableBytes() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** Hands over what has been written. */
    public void flush() {
        if (chunk != null && chunk.isReadable()) {
            var full = chunk;
            chunk = null;
            output.write(full);
        }
    }

    /**
     * Takes the last part.
     *
     * @return owned by the caller; may be empty
     */
    public ByteBuf take() {
        var taken = out();
        chunk = null;
        return taken;
    }

    /** Gives up what has been written. */
    public void close() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }
}
