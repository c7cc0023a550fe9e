// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The bytes of a document on their way to its output, in parts of a good size. Confined to one event loop. */
final class AnswerChunks {
    private static final int CHUNK_BYTES = 16 * 1024;

    private final QueryOutput output;
    private ByteBuf chunk;

    AnswerChunks(QueryOutput output) {
        this.output = output;
    }

    /** Where the next bytes go; valid until the next call of another method. */
    ByteBuf out() {
        if (chunk == null) {
            chunk = ByteBufAllocator.DEFAULT.buffer(1024);
        }
        return chunk;
    }

    /** Hands over what has been written once there is enough of it. */
    void flushIfFull() {
        if (chunk != null && chunk.readableBytes() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** Hands over what has been written. */
    void flush() {
        if (chunk != null && chunk.isReadable()) {
            var full = chunk;
            chunk = null;
            output.write(full);
        }
    }

    /** Takes the last part, which may be empty. */
    ByteBuf take() {
        var taken = out();
        chunk = null;
        return taken;
    }

    /** Gives up what has been written. */
    void close() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }
}
