// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** How the events of a log are protected, as its format description says. */
public enum Checksum {
    /** Not at all. */
    NONE,
    /** By four bytes at the end of each event. */
    CRC32;

    static final int BYTES = 4;

    /**
     * The checksum of a byte in the format description.
     *
     * @throws ProtocolException when it is neither
     */
    static Checksum of(int code) {
        return switch (code) {
            case 0, 0xFF -> NONE;
            case 1 -> CRC32;
            default -> throw ProtocolException.malformed("a binlog checksum of unknown kind " + code);
        };
    }

    /** True when the last four bytes of the readable ones fit those in front of them. */
    static boolean fits(ByteBuf event) {
        int length = event.readableBytes() - BYTES;
        if (length < 0) {
            return false;
        }
        CRC32 crc = new CRC32();
        for (ByteBuffer part : event.nioBuffers(event.readerIndex(), length)) {
            crc.update(part);
        }
        return (int) crc.getValue() == event.getIntLE(event.readerIndex() + length);
    }
}
