// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What a client sends while nothing of it can be read: one behind the other, up to a limit. Event loop only. */
final class HeldBytes {
    /** Type and major version of a TLS record. */
    private static final int TLS_HEADER_BYTES = 2;

    private final int maxBytes;
    private ByteBuf bytes;

    HeldBytes(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Keeps some more.
     *
     * @param in is taken over, whatever comes of it
     * @throws ProtocolException when it is more than the limit with what is kept already; that stays
     */
    void add(ByteBuf in, ByteBufAllocator allocator) {
        try {
            int all = in.readableBytes() + (bytes == null ? 0 : bytes.readableBytes());
            if (all > maxBytes) {
                throw ProtocolException.packetTooLarge(all, maxBytes);
            }
            if (bytes == null) {
                bytes = allocator.buffer(all);
            }
            bytes.writeBytes(in);
        } finally {
            in.release();
        }
    }

    /**
     * True when a handshake record of TLS begins here, false when its first bytes have not come yet. Anything else is text in clear that
     * wants to be taken for TLS content, or a record of SSL 2, for whose declared length the TLS handler would wait.
     *
     * @throws ProtocolException when it is anything else
     */
    boolean beginTls() {
        if (bytes == null || bytes.readableBytes() < TLS_HEADER_BYTES) {
            return false;
        }
        if (bytes.getByte(bytes.readerIndex()) != 0x16 || bytes.getByte(bytes.readerIndex() + 1) != 0x03) {
            throw ProtocolException.badHandshake("bytes in clear behind the request for TLS");
        }
        return true;
    }

    /** All of it, which is the caller's now; null when there is none. */
    ByteBuf take() {
        ByteBuf taken = bytes;
        bytes = null;
        return taken;
    }

    void release() {
        ByteBuf taken = take();
        if (taken != null) {
            taken.release();
        }
    }
}
