// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Reads what a server sends behind COM_BINLOG_DUMP or COM_BINLOG_DUMP_GTID: one payload, one {@link BinlogPacket}.
 *
 * <pre>{@code payload: 0x00, event | 0xFE ... (EOF) | 0xFF ... (ERR) }</pre>
 *
 * <p>Checksums are verified where the log has them: the client must have said before that it knows them, by {@code SET
 * @master_binlog_checksum = @@global.binlog_checksum} ({@code @source_binlog_checksum} for MySQL 8.4 and later, which knows both), and
 * MariaDB sends its own events only after {@code SET @mariadb_slave_capability = 4}. Semi-synchronous replication, which adds two bytes
 * to each event, is not spoken.
 *
 * <p>One stream, one thread. Payloads stay the caller's; events hold no part of them. After a {@link ProtocolException} the stream is
 * of no use. Source: dev.mysql.com "Binlog Network Stream".
 */
public final class BinlogStream {
    private final EventDecoder decoder;
    private final CapabilityFlags capabilities;
    private String file = "";
    private long position;

    /** @param capabilities what both sides agreed on, for EOF and ERR packets */
    public BinlogStream(CapabilityFlags capabilities, BinlogLimits limits) {
        this.capabilities = requireNonNull(capabilities, "capabilities");
        decoder = new EventDecoder(requireNonNull(limits, "limits"));
    }

    /** The file of the next event; empty before the first event told it. */
    public String file() {
        return file;
    }

    /**
     * The position of the next event in the {@link #file}. To go on there after a break is safe between transactions only: rows need
     * the table maps in front of them.
     */
    public long position() {
        return position;
    }

    /**
     * Reads one payload to its end.
     *
     * @param payload of one or several joined packets; stays the caller's
     * @throws ProtocolException when it is malformed, its checksum does not fit, or a limit is exceeded
     */
    public BinlogPacket read(ByteBuf payload) {
        ProtocolStrings.require(payload, 1);
        int first = payload.getUnsignedByte(payload.readerIndex());
        return switch (first) {
            case 0x00 -> readEvent(payload.skipBytes(1));
            case Eof.HEADER -> new BinlogPacket.End(Eof.decode(payload, capabilities));
            case Err.HEADER -> new BinlogPacket.Failure(Err.decode(payload, capabilities));
            default -> throw ProtocolException.malformed("a packet of a binlog that begins with " + first);
        };
    }

    private BinlogPacket.Entry readEvent(ByteBuf event) {
        ByteBuf whole = event.slice();
        EventHeader header = EventHeader.decode(event);
        if (header.eventBytes() != whole.readableBytes()) {
            throw ProtocolException.malformed(
                    "a binlog event of " + header.eventBytes() + " bytes in a packet with " + whole.readableBytes());
        }
        BinlogEvent decoded = header.type() == EventType.FORMAT_DESCRIPTION
                ? readFormat(whole, event)
                : decoder.decode(header, withoutChecksum(header, whole, event));
        event.skipBytes(event.readableBytes());
        advance(header, decoded);
        return new BinlogPacket.Entry(header, decoded);
    }

    private FormatDescriptionEvent readFormat(ByteBuf whole, ByteBuf body) {
        boolean hasChecksum = FormatDescriptionEvent.hasChecksumField(body);
        int length = body.readableBytes() - (hasChecksum ? Checksum.BYTES : 0);
        FormatDescriptionEvent format = FormatDescriptionEvent.decode(body.readSlice(length), hasChecksum);
        if (format.checksum() == Checksum.CRC32) {
            verify(whole, EventType.FORMAT_DESCRIPTION.code());
        }
        decoder.begin(format);
        return format;
    }

    private ByteBuf withoutChecksum(EventHeader header, ByteBuf whole, ByteBuf body) {
        boolean hasChecksum;
        if (decoder.format() == null) {
            // The rotation ahead of the first format description has a checksum or not, as the file will.
            hasChecksum = body.readableBytes() >= Checksum.BYTES && Checksum.fits(whole);
        } else {
            hasChecksum = decoder.format().checksum() == Checksum.CRC32;
            if (hasChecksum) {
                verify(whole, header.typeCode());
            }
        }
        return body.readSlice(body.readableBytes() - (hasChecksum ? Checksum.BYTES : 0));
    }

    private static void verify(ByteBuf event, int typeCode) {
        if (event.readableBytes() < EventHeader.BYTES + Checksum.BYTES || !Checksum.fits(event)) {
            throw new ProtocolException(
                    ServerErrors.ER_MALFORMED_PACKET,
                    "The checksum of a binlog event of type " + typeCode + " does not fit");
        }
    }

    private void advance(EventHeader header, BinlogEvent event) {
        if (event instanceof RotateEvent rotate) {
            file = rotate.file();
            position = rotate.position();
        } else if (!header.isArtificial() && header.nextPosition() != 0 && !(event instanceof HeartbeatEvent)) {
            position = header.nextPosition();
        }
    }
}
