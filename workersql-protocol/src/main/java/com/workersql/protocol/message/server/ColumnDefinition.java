// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.Objects;

/**
 * One column of a result set, or one parameter of a prepared statement.
 *
 * <pre>{@code
 * "def" (lenenc), schema (lenenc), table (lenenc), orgTable (lenenc), name (lenenc), orgName (lenenc),
 * [ MARIADB_CLIENT_EXTENDED_METADATA: length (lenenc int), (kind (1 byte), text (lenenc))* ],
 * 0x0C (lenenc int), collation (2 bytes), length (4 bytes), type (1 byte), flags (2 bytes), decimals (1 byte), 0x00 (2 bytes),
 * [ in replies to COM_FIELD_LIST: a default, which is skipped ]
 * }</pre>
 *
 * <p>Names are read and written as UTF-8, so {@code character_set_results} should be one of utf8. Source: dev.mysql.com
 * "Protocol::ColumnDefinition41", mariadb.com "Result Set Packets".
 *
 * @param schema the schema, "" for an expression
 * @param table the table's alias, "" for an expression
 * @param orgTable the table's own name, "" for an expression
 * @param name the column's alias
 * @param orgName the column's own name, "" for an expression
 * @param collation number of the collation; 63 means bytes
 * @param length the greatest length of a value in bytes, unsigned; for numbers the display width
 * @param type the type
 * @param flags {@link #NOT_NULL_FLAG} and so on
 * @param decimals digits behind the point; {@link #NOT_FIXED_DECIMALS} for floating-point numbers without a fixed number
 * @param extendedType MariaDB's name of a type that has no number ("uuid", "inet6", "point"), null when there is none
 * @param extendedFormat MariaDB's name of a format ("json"), null when there is none
 */
public record ColumnDefinition(
        String schema,
        String table,
        String orgTable,
        String name,
        String orgName,
        int collation,
        long length,
        ColumnType type,
        int flags,
        int decimals,
        String extendedType,
        String extendedFormat)
        implements ServerMessage {
    /** The column cannot be NULL. */
    public static final int NOT_NULL_FLAG = 1;
    /** Part of the primary key. */
    public static final int PRI_KEY_FLAG = 1 << 1;
    /** Part of a unique key. */
    public static final int UNIQUE_KEY_FLAG = 1 << 2;
    /** Part of a key that is not unique. */
    public static final int MULTIPLE_KEY_FLAG = 1 << 3;
    /** A BLOB or TEXT. */
    public static final int BLOB_FLAG = 1 << 4;
    /** An unsigned number. */
    public static final int UNSIGNED_FLAG = 1 << 5;
    /** A number that is printed with zeros in front, up to its length. */
    public static final int ZEROFILL_FLAG = 1 << 6;
    /** Bytes, or a binary collation. */
    public static final int BINARY_FLAG = 1 << 7;
    /** An ENUM. */
    public static final int ENUM_FLAG = 1 << 8;
    /** AUTO_INCREMENT. */
    public static final int AUTO_INCREMENT_FLAG = 1 << 9;
    /** A TIMESTAMP. */
    public static final int TIMESTAMP_FLAG = 1 << 10;
    /** A SET. */
    public static final int SET_FLAG = 1 << 11;

    /** {@link #decimals} of a floating-point number that is printed with as many digits as it needs. */
    public static final int NOT_FIXED_DECIMALS = 31;
    /** The collation "binary": bytes, numbers and times. */
    public static final int BINARY_COLLATION = 63;

    private static final String CATALOG = "def";
    private static final int FIXED_BYTES = 12;
    private static final int EXTENDED_TYPE = 0;
    private static final int EXTENDED_FORMAT = 1;
    private static final int UTF8MB4_GENERAL_CI = 45;

    /** Checks that only the extended names are null. */
    public ColumnDefinition {
        Objects.requireNonNull(schema, "schema");
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(orgTable, "orgTable");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(orgName, "orgName");
        Objects.requireNonNull(type, "type");
    }

    /** A column of a result that is made here: no table, a length and collation that fit the type. */
    public static ColumnDefinition of(String name, ColumnType type) {
        boolean numeric = type.isNumeric();
        boolean text = type.binaryForm() == ColumnType.BinaryForm.STRING && !numeric;
        long length = text ? 0xFF_FFFFL : 21;
        int flags = numeric ? BINARY_FLAG : 0;
        boolean real = type == ColumnType.FLOAT || type == ColumnType.DOUBLE;
        return new ColumnDefinition(
                "",
                "",
                "",
                name,
                "",
                text ? UTF8MB4_GENERAL_CI : BINARY_COLLATION,
                length,
                type,
                flags,
                real ? NOT_FIXED_DECIMALS : 0,
                null,
                null);
    }

    /** True when the number has no sign. */
    public boolean isUnsigned() {
        return (flags & UNSIGNED_FLAG) != 0;
    }

    /** True when the values are bytes and no text: BINARY, BLOB, BIT, GEOMETRY, VECTOR; not JSON, which MySQL sends as bytes. */
    public boolean isBytes() {
        return switch (type) {
            case BIT, GEOMETRY, VECTOR -> true;
            case JSON -> false;
            default ->
                collation == BINARY_COLLATION && type.binaryForm() == ColumnType.BinaryForm.STRING && !type.isNumeric();
        };
    }

    /**
     * Reads a definition and all that is left of the payload.
     *
     * @throws ProtocolException when it does not follow the grammar, or its type is unknown
     */
    public static ColumnDefinition decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.skipLengthEncoded(payload);
        String schema = ProtocolStrings.readLengthEncoded(payload);
        String table = ProtocolStrings.readLengthEncoded(payload);
        String orgTable = ProtocolStrings.readLengthEncoded(payload);
        String name = ProtocolStrings.readLengthEncoded(payload);
        String orgName = ProtocolStrings.readLengthEncoded(payload);
        String extendedType = null;
        String extendedFormat = null;
        if (capabilities.has(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA)) {
            ByteBuf extended = payload.readSlice(LengthEncodedInteger.readLength(payload));
            while (extended.isReadable()) {
                int kind = extended.readUnsignedByte();
                String text = ProtocolStrings.readLengthEncoded(extended);
                if (kind == EXTENDED_TYPE) {
                    extendedType = text;
                } else if (kind == EXTENDED_FORMAT) {
                    extendedFormat = text;
                }
            }
        }
        int fixed = LengthEncodedInteger.readLength(payload);
        if (fixed < FIXED_BYTES) {
            throw ProtocolException.malformed("a column definition with " + fixed + " fixed bytes, not " + FIXED_BYTES);
        }
        int collation = payload.readUnsignedShortLE();
        long length = payload.readUnsignedIntLE();
        ColumnType type = ColumnType.of(payload.readUnsignedByte());
        int flags = payload.readUnsignedShortLE();
        int decimals = payload.readUnsignedByte();
        payload.readerIndex(payload.writerIndex());
        return new ColumnDefinition(
                schema,
                table,
                orgTable,
                name,
                orgName,
                collation,
                length,
                type,
                flags,
                decimals,
                extendedType,
                extendedFormat);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        ProtocolStrings.writeLengthEncoded(out, CATALOG);
        ProtocolStrings.writeLengthEncoded(out, schema);
        ProtocolStrings.writeLengthEncoded(out, table);
        ProtocolStrings.writeLengthEncoded(out, orgTable);
        ProtocolStrings.writeLengthEncoded(out, name);
        ProtocolStrings.writeLengthEncoded(out, orgName);
        if (capabilities.has(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA)) {
            LengthEncodedInteger.write(out, extendedBytes(extendedType) + extendedBytes(extendedFormat));
            writeExtended(out, EXTENDED_TYPE, extendedType);
            writeExtended(out, EXTENDED_FORMAT, extendedFormat);
        }
        out.writeByte(FIXED_BYTES);
        out.writeShortLE(collation);
        out.writeIntLE((int) length);
        out.writeByte(type.code());
        out.writeShortLE(flags);
        out.writeByte(decimals);
        out.writeZero(2);
    }

    private static int extendedBytes(String text) {
        if (text == null) {
            return 0;
        }
        int bytes = ProtocolStrings.utf8Bytes(text);
        return 1 + LengthEncodedInteger.sizeOf(bytes) + bytes;
    }

    private static void writeExtended(ByteBuf out, int kind, String text) {
        if (text != null) {
            out.writeByte(kind);
            ProtocolStrings.writeLengthEncoded(out, text);
        }
    }
}
