// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.Err;
import io.netty.buffer.ByteBuf;

/** What comes from a server that was asked for nothing: one that shuts down, or is tired of waiting, says so. */
final class Unasked {
    private Unasked() {}

    /** The bytes in words. */
    static String says(ByteBuf in, CapabilityFlags capabilities) {
        int header = in.readerIndex();
        if (in.readableBytes() > PacketEncoder.HEADER_BYTES
                && in.getUnsignedByte(header + PacketEncoder.HEADER_BYTES) == Err.HEADER) {
            try {
                var err = Err.decode(in.skipBytes(PacketEncoder.HEADER_BYTES), capabilities);
                return "the server said without being asked: " + err.errno() + " " + err.message();
            } catch (ProtocolException e) {
                return "the server sent bytes without being asked";
            }
        }
        return "the server sent " + in.readableBytes() + " bytes without being asked";
    }
}
