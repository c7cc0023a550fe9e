// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Success, or the end of rows with {@link CapabilityFlags#CLIENT_DEPRECATE_EOF}.
 *
 * <pre>{@code
 * 0x00 or 0xFE, affected rows (lenenc int), last insert id (lenenc int),
 * [ CLIENT_PROTOCOL_41: status flags (2 bytes), warnings (2 bytes)
 * | CLIENT_TRANSACTIONS: status flags (2 bytes) ],
 * [ info (lenenc string) ], [ CLIENT_SESSION_TRACK and SERVER_SESSION_STATE_CHANGED: changes (lenenc string) ]
 * }</pre>
 *
 * <p>The info is left out when it is empty and last. The documentation calls it "rest of packet" without
 * {@link CapabilityFlags#CLIENT_SESSION_TRACK}; servers and their clients use the length-encoded form there too, and the
 * decoder takes both. Source: dev.mysql.com "OK_Packet".
 *
 * @param endOfRows true for the header 0xFE
 * @param affectedRows taken as unsigned
 * @param lastInsertId taken as unsigned
 * @param statusFlags bits of {@link StatusFlags}; has SERVER_SESSION_STATE_CHANGED when there are changes
 * @param warnings 0 to 65535
 * @param info for people, never null
 * @param changes of the session's state, never null
 */
public record Ok(
        boolean endOfRows,
        long affectedRows,
        long lastInsertId,
        int statusFlags,
        int warnings,
        String info,
        List<SessionTrack> changes)
        implements ServerMessage {
    /** The payload's first byte, but for the end of rows. */
    public static final int HEADER = 0x00;

    /** The payload's first byte at the end of rows. */
    public static final int END_OF_ROWS_HEADER = 0xFE;

    public Ok {
        requireNonNull(info, "info");
        changes = List.copyOf(changes);
        if (!changes.isEmpty()) {
            statusFlags |= StatusFlags.SERVER_SESSION_STATE_CHANGED;
        }
    }

    /** A plain OK: nothing affected, no warnings. */
    public static Ok of(int statusFlags) {
        return new Ok(false, 0, 0, statusFlags, 0, "", List.of());
    }

    /** The end of rows. */
    public static Ok endOfRows(int statusFlags, int warnings) {
        return new Ok(true, 0, 0, statusFlags, warnings, "", List.of());
    }

    /** An OK of a writing statement. */
    public static Ok of(long affectedRows, long lastInsertId, int statusFlags, int warnings) {
        return new Ok(false, affectedRows, lastInsertId, statusFlags, warnings, "", List.of());
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no OK or truncated
     */
    public static Ok decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 1);
        int header = payload.readUnsignedByte();
        if (header != HEADER && header != END_OF_ROWS_HEADER) {
            throw ProtocolException.malformed("an OK that begins with " + header);
        }
        long affectedRows = LengthEncodedInteger.read(payload);
        long lastInsertId = LengthEncodedInteger.read(payload);
        int statusFlags = 0;
        int warnings = 0;
        if (capabilities.has(CapabilityFlags.CLIENT_PROTOCOL_41)) {
            ProtocolStrings.require(payload, 4);
            statusFlags = payload.readUnsignedShortLE();
            warnings = payload.readUnsignedShortLE();
        } else if (capabilities.has(CapabilityFlags.CLIENT_TRANSACTIONS)) {
            ProtocolStrings.require(payload, 2);
            statusFlags = payload.readUnsignedShortLE();
        }
        String info = "";
        List<SessionTrack> changes = List.of();
        if (payload.isReadable()) {
            if (!capabilities.has(CapabilityFlags.CLIENT_SESSION_TRACK)) {
                info = isOneLengthEncodedString(payload)
                        ? ProtocolStrings.readLengthEncoded(payload)
                        : ProtocolStrings.readRest(payload);
            } else {
                info = ProtocolStrings.readLengthEncoded(payload);
                if ((statusFlags & StatusFlags.SERVER_SESSION_STATE_CHANGED) != 0 && payload.isReadable()) {
                    changes = SessionTrack.decodeAll(payload.readSlice(LengthEncodedInteger.readLength(payload)));
                }
            }
        }
        return new Ok(header == END_OF_ROWS_HEADER, affectedRows, lastInsertId, statusFlags, warnings, info, changes);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        boolean tracks = capabilities.has(CapabilityFlags.CLIENT_SESSION_TRACK);
        int status = tracks ? statusFlags : statusFlags & ~StatusFlags.SERVER_SESSION_STATE_CHANGED;
        out.writeByte(endOfRows ? END_OF_ROWS_HEADER : HEADER);
        LengthEncodedInteger.write(out, affectedRows);
        LengthEncodedInteger.write(out, lastInsertId);
        if (capabilities.has(CapabilityFlags.CLIENT_PROTOCOL_41)) {
            out.writeShortLE(status).writeShortLE(warnings);
        } else if (capabilities.has(CapabilityFlags.CLIENT_TRANSACTIONS)) {
            out.writeShortLE(status);
        }
        boolean hasChanges = (status & StatusFlags.SERVER_SESSION_STATE_CHANGED) != 0;
        if (!info.isEmpty() || hasChanges) {
            ProtocolStrings.writeLengthEncoded(out, info);
        }
        if (hasChanges) {
            ByteBuf entries = out.alloc().buffer();
            try {
                for (SessionTrack change : changes) {
                    SessionTrack.encode(entries, change);
                }
                ProtocolStrings.writeLengthEncoded(out, entries);
            } finally {
                entries.release();
            }
        }
    }

    private static boolean isOneLengthEncodedString(ByteBuf in) {
        int index = in.readerIndex();
        int first = in.getUnsignedByte(index);
        if (first == LengthEncodedInteger.NULL_MARKER || first == 0xFF) {
            return false;
        }
        int size = LengthEncodedInteger.sizeAt(in, index);
        return in.readableBytes() >= size && LengthEncodedInteger.get(in, index) == in.readableBytes() - size;
    }
}
