// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Compresses and inflates blocks, each by itself. Belongs to one connection; holds native memory until it is closed. */
interface BlockCompression extends AutoCloseable {
    /**
     * Inflates a whole block.
     *
     * @param in the compressed bytes between its indices, which do not move
     * @param inflatedBytes how many bytes it must give, at least one
     * @return a new buffer of exactly so many bytes
     * @throws ProtocolException when it is no such block (1157)
     */
    ByteBuf inflate(ByteBuf in, int inflatedBytes, ByteBufAllocator allocator);

    /**
     * Appends the compressed form of a block.
     *
     * @param index where the block begins in {@code in}, whose indices do not move
     * @param length at least one
     */
    void deflate(ByteBuf in, int index, int length, ByteBuf out);

    @Override
    void close();
}
