// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;

/**
 * The type of a column in a table map: how its values lie in rows. ENUM, SET and CHAR share a code on the wire and are told apart
 * by their metadata. Source: dev.mysql.com "Table_map_event: Table_table_map_event_column_types".
 */
public enum LogColumnType {
    /** TINYINT: 1 byte. */
    TINY(1, 0),
    /** SMALLINT: 2 bytes. */
    SHORT(2, 0),
    /** INT: 4 bytes. */
    LONG(3, 0),
    /** FLOAT: 4 bytes. */
    FLOAT(4, 1),
    /** DOUBLE: 8 bytes. */
    DOUBLE(5, 1),
    /** No bytes. */
    NULL(6, 0),
    /** TIMESTAMP of MySQL 5.5 and old tables: 4 bytes. */
    TIMESTAMP(7, 0),
    /** BIGINT: 8 bytes. */
    LONGLONG(8, 0),
    /** MEDIUMINT: 3 bytes. */
    INT24(9, 0),
    /** DATE: 3 bytes. */
    DATE(10, 0),
    /** TIME of MySQL 5.5 and old tables: 3 bytes. */
    TIME(11, 0),
    /** DATETIME of MySQL 5.5 and old tables: 8 bytes. */
    DATETIME(12, 0),
    /** YEAR: 1 byte. */
    YEAR(13, 0),
    /** The server's own DATE: 3 bytes. */
    NEWDATE(14, 0),
    /** VARCHAR and VARBINARY. */
    VARCHAR(15, 2),
    /** BIT. */
    BIT(16, 2),
    /** TIMESTAMP with a fraction. */
    TIMESTAMP2(17, 1),
    /** DATETIME with a fraction. */
    DATETIME2(18, 1),
    /** TIME with a fraction. */
    TIME2(19, 1),
    /** The values of a multi-valued index, in a hidden column of MySQL. */
    TYPED_ARRAY(20, -1),
    /** BLOB and TEXT of MariaDB with the attribute COMPRESSED. */
    BLOB_COMPRESSED(140, 1),
    /** VARCHAR of MariaDB with the attribute COMPRESSED. */
    VARCHAR_COMPRESSED(141, 2),
    /** VECTOR of MySQL 9. */
    VECTOR(242, 1),
    /** JSON of MySQL, in its binary form. */
    JSON(245, 1),
    /** DECIMAL. */
    NEWDECIMAL(246, 2),
    /** ENUM. */
    ENUM(247, 2),
    /** SET. */
    SET(248, 2),
    /** BLOB, TEXT and their siblings. */
    BLOB(252, 1),
    /** VARCHAR of old tables. */
    VAR_STRING(253, 2),
    /** CHAR and BINARY; on the wire also ENUM and SET. */
    STRING(254, 2),
    /** GEOMETRY and its kinds. */
    GEOMETRY(255, 1);

    private static final LogColumnType[] BY_CODE = new LogColumnType[256];

    static {
        for (LogColumnType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final int metadataBytes;

    LogColumnType(int code, int metadataBytes) {
        this.code = code;
        this.metadataBytes = metadataBytes;
    }

    /** The byte on the wire. */
    public int code() {
        return code;
    }

    /** How many bytes of metadata a column has; -1 when they say so themselves. */
    int metadataBytes() {
        return metadataBytes;
    }

    /** True for the types that the table map tells signed or unsigned. */
    boolean isNumeric() {
        return switch (this) {
            case TINY, SHORT, INT24, LONG, LONGLONG, NEWDECIMAL, FLOAT, DOUBLE, YEAR -> true;
            default -> false;
        };
    }

    /** True for the types of which the table map tells the collation. */
    boolean isCharacter(boolean isMariaDb) {
        return switch (this) {
            case VARCHAR, VAR_STRING, STRING, BLOB, BLOB_COMPRESSED, VARCHAR_COMPRESSED -> true;
            case GEOMETRY -> isMariaDb;
            default -> false;
        };
    }

    /**
     * The type of a byte on the wire.
     *
     * @throws ProtocolException when no type has it: the size of its values would be unknown
     */
    static LogColumnType of(int code) {
        LogColumnType type = BY_CODE[code & 0xFF];
        if (type == null) {
            throw ProtocolException.malformed("a column of unknown type " + code + " in a table map");
        }
        return type;
    }
}
