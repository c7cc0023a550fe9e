// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The header of every event, 19 bytes.
 *
 * <pre>{@code
 * timestamp (4 bytes), type (1 byte), server id (4 bytes), size of the event with this header (4 bytes),
 * position behind the event (4 bytes), flags (2 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Binlog Event Header".
 *
 * @param timestampSeconds when the statement began, seconds since 1970; 0 for artificial events
 * @param typeCode 0 to 255
 * @param serverId of the server that ran the statement, unsigned
 * @param eventBytes size of the event with header and checksum, unsigned
 * @param nextPosition of the next event in the file; 0 where there is none, as inside of a compressed transaction
 * @param flags of the event
 */
public record EventHeader(
        long timestampSeconds, int typeCode, long serverId, long eventBytes, long nextPosition, int flags) {
    /** The size on the wire. */
    public static final int BYTES = 19;

    /** Set when the event was made for this stream and is in no file. */
    public static final int ARTIFICIAL = 0x20;

    /** Set when a reader that does not know the event may pass it over. */
    public static final int IGNORABLE = 0x80;

    /** The type. */
    public EventType type() {
        return EventType.of(typeCode);
    }

    /** True when the event was made for this stream and is in no file. */
    public boolean isArtificial() {
        return (flags & ARTIFICIAL) != 0;
    }

    /**
     * Reads a header.
     *
     * @throws ProtocolException when fewer than 19 bytes are left, or the size is smaller than the header
     */
    static EventHeader decode(ByteBuf in) {
        ProtocolStrings.require(in, BYTES);
        EventHeader header = new EventHeader(
                in.readUnsignedIntLE(),
                in.readUnsignedByte(),
                in.readUnsignedIntLE(),
                in.readUnsignedIntLE(),
                in.readUnsignedIntLE(),
                in.readUnsignedShortLE());
        if (header.eventBytes < BYTES) {
            throw ProtocolException.malformed("a binlog event of " + header.eventBytes + " bytes");
        }
        return header;
    }
}
