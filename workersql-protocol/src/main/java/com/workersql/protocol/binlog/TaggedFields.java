// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The fields of a tagged GTID event, in MySQL's own serialization.
 *
 * <pre>{@code version, size of the message, last field that must be understood; then, for each field: id, value }</pre>
 *
 * <p>Every integer takes 1 to 9 bytes: as many ones as stand at the low end of the first byte are the bytes that follow it; signed
 * ones have their sign in the lowest bit of what is left, and a negative one is stored less by one. A UUID is 16 such integers.
 * Source: dev.mysql.com "mysql::serialization".
 */
final class TaggedFields {
    /** Of a GTID event: ids 0 to 11. */
    static final int FIELDS = 12;

    private static final int MAX_TAG_BYTES = 32;

    private final ByteBuf in;
    private int id = -1;

    private TaggedFields(ByteBuf in) {
        this.in = in;
    }

    static TaggedFields read(ByteBuf in) {
        TaggedFields fields = new TaggedFields(in);
        long version = fields.readUnsigned();
        if (version != 1) {
            throw ProtocolException.malformed("a tagged GTID event in serialization version " + version);
        }
        fields.readUnsigned();
        long last = fields.readUnsigned();
        if (last < 0 || last >= FIELDS) {
            throw ProtocolException.malformed("a tagged GTID event whose field " + last + " must be understood");
        }
        return fields;
    }

    /** Moves to the next field, and tells whether there is one that is known; those that follow are not, either. */
    boolean next() {
        if (!in.isReadable()) {
            return false;
        }
        long next = readUnsigned();
        if (next <= id) {
            throw ProtocolException.malformed("field " + next + " of a tagged GTID event behind field " + id);
        }
        id = (int) Math.min(next, FIELDS);
        return id < FIELDS;
    }

    int id() {
        return id;
    }

    long readUnsigned() {
        ProtocolStrings.require(in, 1);
        int first = in.readUnsignedByte();
        int more = Integer.numberOfTrailingZeros(~first);
        ProtocolStrings.require(in, more);
        if (more >= 8) {
            return in.readLongLE();
        }
        long value = (long) first >>> (more + 1);
        for (int i = 0; i < more; i++) {
            value |= (long) in.readUnsignedByte() << (7 - more + 8 * i);
        }
        return value;
    }

    long readSigned() {
        long bits = readUnsigned();
        return (bits & 1) == 0 ? bits >>> 1 : -(bits >>> 1) - 1;
    }

    String readString() {
        long length = readUnsigned();
        if (length < 0 || length > MAX_TAG_BYTES) {
            throw ProtocolException.malformed(
                    "a tag of " + Long.toUnsignedString(length) + " bytes, allowed are " + MAX_TAG_BYTES);
        }
        ProtocolStrings.require(in, (int) length);
        return in.readString((int) length, StandardCharsets.US_ASCII);
    }

    UUID readUuid() {
        long high = 0;
        long low = 0;
        for (int i = 0; i < GtidEvent.UUID_BYTES; i++) {
            long value = readUnsigned();
            if (value < 0 || value > 0xFF) {
                throw ProtocolException.malformed("a byte " + Long.toUnsignedString(value) + " of a UUID");
            }
            high = (high << 8) | (low >>> 56);
            low = (low << 8) | value;
        }
        return new UUID(high, low);
    }
}
