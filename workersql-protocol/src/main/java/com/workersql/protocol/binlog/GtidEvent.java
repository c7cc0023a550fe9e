// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.UUID;

/**
 * The transaction that follows, in MySQL: GTID, ANONYMOUS_GTID and GTID_TAGGED.
 *
 * <pre>{@code
 * flags (1 byte), UUID (16 bytes), number (8 bytes),
 * [ MySQL 5.7: 0x02, last committed (8 bytes), sequence number (8 bytes) ],
 * [ MySQL 8.0: immediate commit timestamp (7 bytes), highest bit: [ original commit timestamp (7 bytes) ],
 *   length of the transaction (lenenc int),
 *   immediate server version (4 bytes), highest bit: [ original server version (4 bytes) ] ],
 * [ MySQL 8.4: ticket of the commit group (8 bytes) ]
 * }</pre>
 *
 * <p>The tagged form has the same fields in the servers' own serialization. Source: dev.mysql.com "Gtid_event".
 *
 * @param serverUuid of the server that ran the transaction first; all zero when it is anonymous
 * @param tag of the id; empty for none
 * @param number within the UUID and the tag; 0 when it is anonymous
 * @param mayHaveStatements true when the transaction may have been logged by statements (a flag)
 * @param lastCommitted up to which sequence number of the file all must have been done before this one may start; 0 when not told
 * @param sequenceNumber within the file; 0 when not told
 * @param immediateCommitMicros when the sending server committed it, microseconds since 1970; 0 when not told
 * @param originalCommitMicros when the first server committed it; 0 when not told
 * @param transactionBytes the size of all events of the transaction; 0 when not told
 * @param immediateServerVersion such as 80400; 0 when not told
 * @param originalServerVersion such as 80400; 0 when not told
 */
public record GtidEvent(
        UUID serverUuid,
        String tag,
        long number,
        boolean mayHaveStatements,
        long lastCommitted,
        long sequenceNumber,
        long immediateCommitMicros,
        long originalCommitMicros,
        long transactionBytes,
        long immediateServerVersion,
        long originalServerVersion)
        implements BinlogEvent {
    static final int UUID_BYTES = 16;
    private static final int FIXED_BYTES = 25;
    private static final int LOGICAL_TIMESTAMPS = 2;
    private static final long TIMESTAMP_MASK = (1L << 55) - 1;
    private static final long VERSION_MASK = (1L << 31) - 1;

    /** The id as the server writes it, {@code uuid:number} or {@code uuid:tag:number}; ANONYMOUS without one. */
    public String gtid() {
        if (number == 0) {
            return "ANONYMOUS";
        }
        return tag.isEmpty() ? serverUuid + ":" + number : serverUuid + ":" + tag + ":" + number;
    }

    static UUID readUuid(ByteBuf in) {
        return new UUID(in.readLong(), in.readLong());
    }

    static GtidEvent decode(ByteBuf body) {
        ProtocolStrings.require(body, FIXED_BYTES);
        boolean statements = (body.readByte() & 1) != 0;
        UUID uuid = readUuid(body);
        long number = body.readLongLE();
        long lastCommitted = 0;
        long sequence = 0;
        long immediate = 0;
        long original = 0;
        long bytes = 0;
        long immediateVersion = 0;
        long originalVersion = 0;
        if (body.readableBytes() >= 17 && body.getByte(body.readerIndex()) == LOGICAL_TIMESTAMPS) {
            body.skipBytes(1);
            lastCommitted = body.readLongLE();
            sequence = body.readLongLE();
            if (body.readableBytes() >= 7) {
                immediate = readSevenBytes(body);
                original = immediate;
                if (immediate > TIMESTAMP_MASK) {
                    ProtocolStrings.require(body, 7);
                    immediate &= TIMESTAMP_MASK;
                    original = readSevenBytes(body);
                }
                bytes = body.isReadable() ? LengthEncodedInteger.read(body) : 0;
                if (body.readableBytes() >= 4) {
                    immediateVersion = body.readUnsignedIntLE();
                    originalVersion = immediateVersion;
                    if (immediateVersion > VERSION_MASK) {
                        ProtocolStrings.require(body, 4);
                        immediateVersion &= VERSION_MASK;
                        originalVersion = body.readUnsignedIntLE();
                    }
                }
            }
        }
        return new GtidEvent(
                uuid,
                "",
                number,
                statements,
                lastCommitted,
                sequence,
                immediate,
                original,
                bytes,
                immediateVersion,
                originalVersion);
    }

    private static long readSevenBytes(ByteBuf in) {
        return in.readUnsignedIntLE() | ((long) in.readUnsignedMediumLE() << 32);
    }

    static GtidEvent decodeTagged(ByteBuf body) {
        TaggedFields fields = TaggedFields.read(body);
        boolean statements = false;
        UUID uuid = new UUID(0, 0);
        String tag = "";
        long[] numbers = new long[TaggedFields.FIELDS];
        while (fields.next()) {
            switch (fields.id()) {
                case 0 -> statements = (fields.readUnsigned() & 1) != 0;
                case 1 -> uuid = fields.readUuid();
                case 3 -> tag = fields.readString();
                case 2, 4, 5 -> numbers[fields.id()] = fields.readSigned();
                default -> numbers[fields.id()] = fields.readUnsigned();
            }
        }
        return new GtidEvent(
                uuid,
                tag,
                numbers[2],
                statements,
                numbers[4],
                numbers[5],
                numbers[6],
                numbers[7] == 0 ? numbers[6] : numbers[7],
                numbers[8],
                numbers[9],
                numbers[10] == 0 ? numbers[9] : numbers[10]);
    }
}
