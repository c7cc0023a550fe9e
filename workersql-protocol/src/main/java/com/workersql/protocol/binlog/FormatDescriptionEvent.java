// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The first event of each file: who wrote it, and how.
 *
 * <pre>{@code
 * binlog version (2 bytes), server version (50 bytes, filled with NUL), created (4 bytes), size of event headers (1 byte),
 * size of the fixed part of each event type (1 byte each),
 * [ MySQL 5.6.1, MariaDB 5.3 and later: checksum kind (1 byte), checksum (4 bytes) ]
 * }</pre>
 *
 * <p>The four bytes of a checksum are there even where its kind is none. Source: dev.mysql.com "Format_description_event".
 *
 * @param serverVersion as the server's greeting has it
 * @param createdSeconds seconds since 1970; 0 when the server did not start with this file
 * @param fixedPartBytes by event type, beginning with type 1
 * @param checksum of all events that follow
 */
public record FormatDescriptionEvent(String serverVersion, long createdSeconds, Bytes fixedPartBytes, Checksum checksum)
        implements BinlogEvent {
    private static final int VERSION = 4;
    private static final int SERVER_VERSION_BYTES = 50;
    private static final int FIXED_BYTES = 2 + SERVER_VERSION_BYTES + 4 + 1;

    /** True when MariaDB wrote the log: a few of its fields differ from MySQL's. */
    public boolean isMariaDb() {
        return serverVersion.contains("MariaDB");
    }

    /** The size of the fixed part of a type's events; 0 when the description does not say. */
    int fixedPartBytes(int typeCode) {
        return typeCode >= 1 && typeCode <= fixedPartBytes.length() ? fixedPartBytes.at(typeCode - 1) : 0;
    }

    /** True when the event in {@code body}, which has its checksum still, is of a server that knows of checksums. */
    static boolean hasChecksumField(ByteBuf body) {
        if (body.readableBytes() < FIXED_BYTES + 1 + Checksum.BYTES) {
            return false;
        }
        String version = serverVersion(body, body.readerIndex() + 2);
        String[] parts = version.split("[^0-9]", 4);
        int number = 0;
        for (int i = 0; i < 3; i++) {
            number = number * 1000 + (i < parts.length ? smallNumber(parts[i]) : 0);
        }
        return number >= (version.contains("MariaDB") ? 5_003_000 : 5_006_001);
    }

    /** Reads the body; its checksum kind is still there, the checksum is not. */
    static FormatDescriptionEvent decode(ByteBuf body, boolean withChecksumKind) {
        ProtocolStrings.require(body, FIXED_BYTES + (withChecksumKind ? 1 : 0));
        int version = body.readUnsignedShortLE();
        if (version != VERSION) {
            throw ProtocolException.malformed("a binlog of version " + version + ", known is " + VERSION);
        }
        String serverVersion = serverVersion(body, body.readerIndex());
        body.skipBytes(SERVER_VERSION_BYTES);
        long created = body.readUnsignedIntLE();
        int headerBytes = body.readUnsignedByte();
        if (headerBytes != EventHeader.BYTES) {
            throw ProtocolException.malformed("binlog event headers of " + headerBytes + " bytes");
        }
        Bytes fixed = ProtocolStrings.readFixedValue(body, body.readableBytes() - (withChecksumKind ? 1 : 0));
        return new FormatDescriptionEvent(
                serverVersion, created, fixed, withChecksumKind ? Checksum.of(body.readUnsignedByte()) : Checksum.NONE);
    }

    private static String serverVersion(ByteBuf body, int index) {
        int length = body.indexOf(index, index + SERVER_VERSION_BYTES, (byte) 0) - index;
        return body.toString(index, length < 0 ? SERVER_VERSION_BYTES : length, StandardCharsets.US_ASCII);
    }

    private static int smallNumber(String digits) {
        return digits.isEmpty() || digits.length() > 3 ? 0 : Integer.parseInt(digits);
    }
}
