// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Writes a server's OK for a client that has agreed on something else, or that shall know less. Only what differs is touched: texts
 * stay the bytes that they are, in whatever character set.
 *
 * <p>The changes of the session's state that a {@link SessionTrackFilter} does not let pass are taken out, one by one; when none is left
 * the flag SERVER_SESSION_STATE_CHANGED goes too. Bits of the status are set and cleared. An immutable value; safe for any thread.
 */
public final class OkRewriter {
    private static final int SYSTEM_VARIABLE = 0;

    private final CapabilityFlags from;
    private final CapabilityFlags to;
    private final SessionTrackFilter filter;
    private final int setStatusFlags;
    private final int clearedStatusFlags;

    /**
     * @param from what was agreed on with the server; needs CLIENT_PROTOCOL_41
     * @param to what was agreed on with the client; needs CLIENT_PROTOCOL_41
     * @param filter which changes of the session's state pass, if the client understands any
     * @param setStatusFlags are set in the status
     * @param clearedStatusFlags are taken out of the status, before the others are set
     */
    public OkRewriter(
            CapabilityFlags from,
            CapabilityFlags to,
            SessionTrackFilter filter,
            int setStatusFlags,
            int clearedStatusFlags) {
        if (!from.and(to).has(CapabilityFlags.CLIENT_PROTOCOL_41)) {
            throw new IllegalArgumentException("an OK without CLIENT_PROTOCOL_41 has no status");
        }
        this.from = from;
        this.to = to;
        this.filter = to.has(CapabilityFlags.CLIENT_SESSION_TRACK)
                ? requireNonNull(filter, "filter")
                : SessionTrackFilter.NONE;
        this.setStatusFlags = setStatusFlags;
        this.clearedStatusFlags = clearedStatusFlags;
    }

    /** A status as the client shall see it. */
    public int status(int statusFlags) {
        return (statusFlags & ~clearedStatusFlags) | setStatusFlags;
    }

    /** True when an OK could come out as other bytes than it came in. */
    public boolean changesAnything() {
        return (setStatusFlags | clearedStatusFlags) != 0
                || from.has(CapabilityFlags.CLIENT_SESSION_TRACK) != to.has(CapabilityFlags.CLIENT_SESSION_TRACK)
                || (from.has(CapabilityFlags.CLIENT_SESSION_TRACK) && filter != SessionTrackFilter.ALL);
    }

    /**
     * Writes an OK, of either header.
     *
     * @param payload the server's, between its indices, which do not move
     * @param out gets the payload for the client; grows as needed; stays the caller's
     * @throws ProtocolException when it is no OK
     */
    public void rewrite(ByteBuf payload, ByteBuf out) {
        ByteBuf in = payload.duplicate();
        int start = in.readerIndex();
        ProtocolStrings.require(in, 1);
        in.skipBytes(1);
        LengthEncodedInteger.read(in);
        LengthEncodedInteger.read(in);
        out.writeBytes(in, start, in.readerIndex() - start);
        ProtocolStrings.require(in, 4);
        int statusFlags = in.readUnsignedShortLE();
        int warnings = in.readUnsignedShortLE();
        int statusIndex = out.writerIndex();
        boolean told = (statusFlags & StatusFlags.SERVER_SESSION_STATE_CHANGED) != 0;
        int newStatus = status(statusFlags & ~StatusFlags.SERVER_SESSION_STATE_CHANGED);
        out.writeShortLE(newStatus).writeShortLE(warnings);
        int infoIndex = out.writerIndex();
        if (!from.has(CapabilityFlags.CLIENT_SESSION_TRACK)) {
            writeUntrackedInfo(in, out);
            return;
        }
        if (!in.isReadable()) {
            return;
        }
        int infoBytes = LengthEncodedInteger.readLength(in);
        LengthEncodedInteger.write(out, infoBytes);
        out.writeBytes(in, infoBytes);
        boolean anyChange = told && in.isReadable() && writeChanges(in, out);
        if (anyChange) {
            out.setShortLE(statusIndex, newStatus | StatusFlags.SERVER_SESSION_STATE_CHANGED);
        } else if (infoBytes == 0) {
            // An empty text that is last is left out.
            out.writerIndex(infoIndex);
        }
    }

    /** Without session tracking servers write the text behind its length too, though the documentation has it as the rest. */
    private static void writeUntrackedInfo(ByteBuf in, ByteBuf out) {
        int bytes = in.readableBytes();
        if (bytes == 0) {
            return;
        }
        int first = in.getUnsignedByte(in.readerIndex());
        boolean behindLength = first != LengthEncodedInteger.NULL_MARKER
                && first != 0xFF
                && bytes >= LengthEncodedInteger.sizeAt(in, in.readerIndex())
                && LengthEncodedInteger.get(in, in.readerIndex())
                        == bytes - LengthEncodedInteger.sizeAt(in, in.readerIndex());
        if (!behindLength) {
            LengthEncodedInteger.write(out, bytes);
        }
        out.writeBytes(in, bytes);
    }

    private boolean writeChanges(ByteBuf in, ByteBuf out) {
        ByteBuf changes = in.readSlice(LengthEncodedInteger.readLength(in));
        ByteBuf kept = out.alloc().buffer(changes.readableBytes());
        try {
            while (changes.isReadable()) {
                int entry = changes.readerIndex();
                int type = changes.readUnsignedByte();
                ByteBuf data = changes.readSlice(LengthEncodedInteger.readLength(changes));
                if (type == SYSTEM_VARIABLE) {
                    writeVariables(data, kept);
                } else if (filter.passesType(type)) {
                    kept.writeBytes(changes, entry, changes.readerIndex() - entry);
                }
            }
            if (!kept.isReadable()) {
                return false;
            }
            ProtocolStrings.writeLengthEncoded(out, kept);
            return true;
        } finally {
            kept.release();
        }
    }

    /** MariaDB puts several variables into one entry; each that passes becomes one of its own. */
    private void writeVariables(ByteBuf data, ByteBuf kept) {
        while (data.isReadable()) {
            int start = data.readerIndex();
            String name = data.readString(LengthEncodedInteger.readLength(data), StandardCharsets.UTF_8);
            ProtocolStrings.require(data, 1);
            if (data.getUnsignedByte(data.readerIndex()) == LengthEncodedInteger.NULL_MARKER) {
                data.skipBytes(1);
            } else {
                ProtocolStrings.skipLengthEncoded(data);
            }
            if (filter.passesVariable(name)) {
                int bytes = data.readerIndex() - start;
                kept.writeByte(SYSTEM_VARIABLE);
                LengthEncodedInteger.write(kept, bytes);
                kept.writeBytes(data, start, bytes);
            }
        }
    }
}
