// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * MariaDB's report of how far a long statement is; any number of them may come before a reply. Only with
 * {@link CapabilityFlags#MARIADB_CLIENT_PROGRESS}.
 *
 * <pre>{@code
 * 0xFF, 0xFFFF (2 bytes), number of texts (1 byte, 1), stage (1 byte), stages (1 byte),
 * thousandths of a percent (3 bytes), what is being done (lenenc string)
 * }</pre>
 *
 * <p>It looks like an ERR with error number 65535. Source: mariadb.com "ERR_Packet", "Progress Reporting".
 *
 * @param stage from 1
 * @param stages how many there are
 * @param percentThousandths of this stage, 0 to 100000
 * @param info for people, never null
 */
public record ProgressReport(int stage, int stages, int percentThousandths, String info) implements ServerMessage {
    /** The error number that says that this is none. */
    public static final int ERRNO = 0xFFFF;

    public ProgressReport {
        requireNonNull(info, "info");
    }

    /**
     * Reads a payload.
     *
     * @throws ProtocolException when it is no such message or truncated
     */
    public static ProgressReport decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 9);
        int header = payload.readUnsignedByte();
        int errno = payload.readUnsignedShortLE();
        if (header != Err.HEADER || errno != ERRNO) {
            throw ProtocolException.malformed("a progress report that begins with " + header + " and " + errno);
        }
        payload.skipBytes(1);
        int stage = payload.readUnsignedByte();
        int stages = payload.readUnsignedByte();
        int thousandths = payload.readUnsignedMediumLE();
        return new ProgressReport(stage, stages, thousandths, ProtocolStrings.readLengthEncoded(payload));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Err.HEADER).writeShortLE(ERRNO).writeByte(1);
        out.writeByte(stage).writeByte(stages).writeMediumLE(percentThousandths);
        ProtocolStrings.writeLengthEncoded(out, info);
    }
}
