// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

/**
 * The type of an event, by the servers' own names. Source: dev.mysql.com "Binlog Event Type", mariadb.com "2-Binlog Event Header".
 */
public enum EventType {
    /** A statement, or BEGIN and COMMIT. */
    QUERY(2),
    /** The server stops. */
    STOP(3),
    /** The log goes on in another file. */
    ROTATE(4),
    /** What follows is written in this format. */
    FORMAT_DESCRIPTION(15),
    /** A transaction has committed. */
    XID(16),
    /** The columns of a table, ahead of its rows. */
    TABLE_MAP(19),
    /** Inserted rows. */
    WRITE_ROWS_V1(23),
    /** Changed rows. */
    UPDATE_ROWS_V1(24),
    /** Deleted rows. */
    DELETE_ROWS_V1(25),
    /** The server is alive and has nothing to say. */
    HEARTBEAT(27),
    /** The statement behind row events, MySQL. */
    ROWS_QUERY(29),
    /** Inserted rows, MySQL 5.6 and later. */
    WRITE_ROWS(30),
    /** Changed rows, MySQL 5.6 and later. */
    UPDATE_ROWS(31),
    /** Deleted rows, MySQL 5.6 and later. */
    DELETE_ROWS(32),
    /** The id of the transaction that follows, MySQL. */
    GTID(33),
    /** A transaction without an id follows, MySQL. */
    ANONYMOUS_GTID(34),
    /** The ids of all transactions in earlier files, MySQL. */
    PREVIOUS_GTIDS(35),
    /** An XA transaction is prepared. */
    XA_PREPARE(38),
    /** Changed rows whose JSON columns may be differences, MySQL 8. */
    PARTIAL_UPDATE_ROWS(39),
    /** A whole transaction, compressed, MySQL 8. */
    TRANSACTION_PAYLOAD(40),
    /** The server is alive; the form that can tell positions beyond 4 GiB, MySQL 8. */
    HEARTBEAT_V2(41),
    /** The id, with a tag, of the transaction that follows, MySQL 8.3. */
    GTID_TAGGED(42),
    /** The statement behind row events, MariaDB. */
    ANNOTATE_ROWS(160),
    /** The id of the transaction that follows, MariaDB. */
    MARIADB_GTID(162),
    /** The last id of each domain in earlier files, MariaDB. */
    MARIADB_GTID_LIST(163),
    /** A compressed statement, MariaDB. */
    QUERY_COMPRESSED(165),
    /** Inserted rows, compressed, MariaDB. */
    WRITE_ROWS_COMPRESSED_V1(166),
    /** Changed rows, compressed, MariaDB. */
    UPDATE_ROWS_COMPRESSED_V1(167),
    /** Deleted rows, compressed, MariaDB. */
    DELETE_ROWS_COMPRESSED_V1(168),
    /** Inserted rows in the second form, compressed, MariaDB. */
    WRITE_ROWS_COMPRESSED(169),
    /** Changed rows in the second form, compressed, MariaDB. */
    UPDATE_ROWS_COMPRESSED(170),
    /** Deleted rows in the second form, compressed, MariaDB. */
    DELETE_ROWS_COMPRESSED(171),
    /** Any other: its code is in the header. */
    OTHER(-1);

    private static final EventType[] BY_CODE = new EventType[256];

    static {
        for (EventType type : values()) {
            if (type.code >= 0) {
                BY_CODE[type.code] = type;
            }
        }
    }

    private final int code;

    EventType(int code) {
        this.code = code;
    }

    /** The byte on the wire; -1 for {@link #OTHER}. */
    public int code() {
        return code;
    }

    /** The type of a byte on the wire, 0 to 255; {@link #OTHER} when this package does not know it. */
    public static EventType of(int code) {
        EventType type = BY_CODE[code & 0xFF];
        return type == null ? OTHER : type;
    }
}
