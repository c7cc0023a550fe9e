// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.ProtocolException;

/**
 * The type of a column or parameter, by MySQL's own names without their prefix. Source: dev.mysql.com "enum_field_types",
 * mariadb.com "Result Set Packets: field types".
 */
public enum ColumnType {
    /** DECIMAL of old; in parameters still in use. */
    DECIMAL(0x00, BinaryForm.STRING),
    /** TINYINT, BOOL. */
    TINY(0x01, BinaryForm.INT1),
    /** SMALLINT. */
    SHORT(0x02, BinaryForm.INT2),
    /** INT. */
    LONG(0x03, BinaryForm.INT4),
    /** FLOAT. */
    FLOAT(0x04, BinaryForm.FLOAT),
    /** DOUBLE. */
    DOUBLE(0x05, BinaryForm.DOUBLE),
    /** The literal NULL: never has a value. */
    NULL(0x06, BinaryForm.NONE),
    /** TIMESTAMP. */
    TIMESTAMP(0x07, BinaryForm.DATE_TIME),
    /** BIGINT. */
    LONGLONG(0x08, BinaryForm.INT8),
    /** MEDIUMINT: four bytes on the wire. */
    INT24(0x09, BinaryForm.INT4),
    /** DATE. */
    DATE(0x0A, BinaryForm.DATE_TIME),
    /** TIME. */
    TIME(0x0B, BinaryForm.TIME),
    /** DATETIME. */
    DATETIME(0x0C, BinaryForm.DATE_TIME),
    /** YEAR. */
    YEAR(0x0D, BinaryForm.INT2),
    /** The server's own form of DATE. */
    NEWDATE(0x0E, BinaryForm.DATE_TIME),
    /** VARCHAR, in parameters. */
    VARCHAR(0x0F, BinaryForm.STRING),
    /** BIT: big-endian bytes, in text rows too. */
    BIT(0x10, BinaryForm.STRING),
    /** MySQL's VECTOR: four bytes, little endian, for each element. */
    VECTOR(0xF2, BinaryForm.STRING),
    /** JSON. MariaDB's JSON is a LONGTEXT. */
    JSON(0xF5, BinaryForm.STRING),
    /** DECIMAL: text on the wire. */
    NEWDECIMAL(0xF6, BinaryForm.STRING),
    /** ENUM: sent as {@link #STRING} with a flag, used in parameters. */
    ENUM(0xF7, BinaryForm.STRING),
    /** SET: sent as {@link #STRING} with a flag, used in parameters. */
    SET(0xF8, BinaryForm.STRING),
    /** TINYBLOB and TINYTEXT. */
    TINY_BLOB(0xF9, BinaryForm.STRING),
    /** MEDIUMBLOB and MEDIUMTEXT. */
    MEDIUM_BLOB(0xFA, BinaryForm.STRING),
    /** LONGBLOB and LONGTEXT. */
    LONG_BLOB(0xFB, BinaryForm.STRING),
    /** BLOB and TEXT; in result sets also their siblings. */
    BLOB(0xFC, BinaryForm.STRING),
    /** VARCHAR and VARBINARY. */
    VAR_STRING(0xFD, BinaryForm.STRING),
    /** CHAR, BINARY, ENUM, SET. */
    STRING(0xFE, BinaryForm.STRING),
    /** GEOMETRY and its kinds: SRID and WKB. */
    GEOMETRY(0xFF, BinaryForm.STRING);

    /** How a value of a type lies in a binary row or parameter. */
    public enum BinaryForm {
        /** No bytes at all. */
        NONE(0),
        /** One byte. */
        INT1(1),
        /** Two bytes, little endian. */
        INT2(2),
        /** Four bytes, little endian. */
        INT4(4),
        /** Eight bytes, little endian. */
        INT8(8),
        /** Four bytes of IEEE 754. */
        FLOAT(4),
        /** Eight bytes of IEEE 754. */
        DOUBLE(8),
        /** A length of 0, 4, 7 or 11; year, month, day; hour, minute, second; microseconds. */
        DATE_TIME(0),
        /** A length of 0, 8 or 12; sign, days, hours, minutes, seconds; microseconds. */
        TIME(0),
        /** Length-encoded bytes. */
        STRING(0);

        private final int fixedBytes;

        BinaryForm(int fixedBytes) {
            this.fixedBytes = fixedBytes;
        }

        /** How many bytes a value has, 0 where it tells itself. */
        public int fixedBytes() {
            return fixedBytes;
        }
    }

    private static final ColumnType[] BY_CODE = new ColumnType[256];

    static {
        for (ColumnType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final BinaryForm binaryForm;
    private final int fixedBytes;

    ColumnType(int code, BinaryForm binaryForm) {
        this.code = code;
        this.binaryForm = binaryForm;
        this.fixedBytes = binaryForm.fixedBytes();
    }

    /** The byte on the wire, 0 to 255. */
    public int code() {
        return code;
    }

    /** How a value lies in a binary row or parameter. */
    public BinaryForm binaryForm() {
        return binaryForm;
    }

    /** How many bytes a value has in a binary row or parameter, 0 where it tells itself. */
    public int fixedBytes() {
        return fixedBytes;
    }

    /** True for the types whose text is an integer, {@link #YEAR} included. */
    public boolean isInteger() {
        return switch (binaryForm) {
            case INT1, INT2, INT4, INT8 -> true;
            default -> false;
        };
    }

    /** True for the types whose text is a number: integers, decimals and floating-point numbers. */
    public boolean isNumeric() {
        return isInteger() || this == FLOAT || this == DOUBLE || this == NEWDECIMAL || this == DECIMAL;
    }

    /**
     * The type of a byte on the wire.
     *
     * @throws ProtocolException when no type has it: the size of its values would be unknown
     */
    public static ColumnType of(int code) {
        ColumnType type = code < 0 || code > 0xFF ? null : BY_CODE[code];
        if (type == null) {
            throw ProtocolException.malformed("a value of unknown type " + code);
        }
        return type;
    }
}
