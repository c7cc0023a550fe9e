// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * A named value beside a statement. Only with {@link com.workersql.protocol.CapabilityFlags#CLIENT_QUERY_ATTRIBUTES}.
 *
 * <pre>{@code
 * type (2 bytes), name (lenenc), and behind those of all attributes: value, unless it is NULL
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_QUERY".
 *
 * @param name may be empty
 * @param type the column type in the low byte, 0x8000 for unsigned
 * @param value in the binary form of COM_STMT_EXECUTE, with its length where the type has one; null for NULL
 */
public record QueryAttribute(String name, int type, Bytes value) {

    public QueryAttribute {
        requireNonNull(name, "name");
    }

    /** Reads one binary value by the size that its column type (enum_field_types) has. */
    static Bytes readValue(ByteBuf in, int columnType) {
        int length = switch (columnType) {
            case 6 -> 0; // NULL
            case 1 -> 1; // TINY
            case 2, 13 -> 2; // SHORT, YEAR
            case 3, 4, 9 -> 4; // LONG, FLOAT, INT24
            case 5, 8 -> 8; // DOUBLE, LONGLONG
            case 7, 10, 11, 12 -> 1 + lengthByte(in); // TIMESTAMP, DATE, TIME, DATETIME
            // DECIMAL, VARCHAR, BIT, VECTOR, JSON, NEWDECIMAL, ENUM, SET, blobs, strings, GEOMETRY
            case 0, 15, 16, 242, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255 -> lengthEncoded(in);
            default -> throw ProtocolException.malformed("a query attribute of the unknown type " + columnType);
        };
        return ProtocolStrings.readFixedValue(in, length);
    }

    private static int lengthByte(ByteBuf in) {
        ProtocolStrings.require(in, 1);
        return in.getUnsignedByte(in.readerIndex());
    }

    private static int lengthEncoded(ByteBuf in) {
        int start = in.readerIndex();
        int length = LengthEncodedInteger.readLength(in);
        int size = in.readerIndex() - start + length;
        in.readerIndex(start);
        return size;
    }
}
