// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

/**
 * What a side of the connection is able to do, or what both agreed on. An immutable set of bits by MySQL's own names.
 *
 * <p>The low 32 bits are MySQL's; the high 32 bits are MariaDB's extended capabilities, which travel in the last four of the
 * ten reserved bytes of the greeting and in the last four filler bytes of the response when {@link #CLIENT_LONG_PASSWORD}
 * (there called {@code CLIENT_MYSQL}) is <em>not</em> set. Source: dev.mysql.com "Capabilities Flags", mariadb.com
 * "Connecting: capabilities".
 *
 * @param bits the set bits
 */
public record CapabilityFlags(long bits) {
    /** MySQL: the improved old password hash. MariaDB calls it CLIENT_MYSQL: set means "no extended capabilities". */
    public static final long CLIENT_LONG_PASSWORD = 1L;
    /** Affected rows are the found rows, not the changed ones. */
    public static final long CLIENT_FOUND_ROWS = 1L << 1;
    /** Longer flags in column definitions of the old protocol. */
    public static final long CLIENT_LONG_FLAG = 1L << 2;
    /** The response names a schema. */
    public static final long CLIENT_CONNECT_WITH_DB = 1L << 3;
    /** {@code schema.table.column} is not allowed. */
    public static final long CLIENT_NO_SCHEMA = 1L << 4;
    /** Compression by zlib. */
    public static final long CLIENT_COMPRESS = 1L << 5;
    /** An ODBC client; no effect on the protocol. */
    public static final long CLIENT_ODBC = 1L << 6;
    /** LOAD DATA LOCAL is possible. */
    public static final long CLIENT_LOCAL_FILES = 1L << 7;
    /** The parser ignores spaces in front of {@code (}. */
    public static final long CLIENT_IGNORE_SPACE = 1L << 8;
    /** The protocol of 4.1, the only one that is spoken here. */
    public static final long CLIENT_PROTOCOL_41 = 1L << 9;
    /** {@code interactive_timeout} instead of {@code wait_timeout}. */
    public static final long CLIENT_INTERACTIVE = 1L << 10;
    /** TLS: of the server, it is offered; of the client, it follows. */
    public static final long CLIENT_SSL = 1L << 11;
    /** The client ignores SIGPIPE; no effect on the protocol. */
    public static final long CLIENT_IGNORE_SIGPIPE = 1L << 12;
    /** Status flags are sent in OK and EOF. */
    public static final long CLIENT_TRANSACTIONS = 1L << 13;
    /** Was the protocol of 4.1 in its draft. */
    public static final long CLIENT_RESERVED = 1L << 14;
    /** Authentication of 4.1: a salt of 20 bytes. MySQL calls it CLIENT_RESERVED2 today. */
    public static final long CLIENT_SECURE_CONNECTION = 1L << 15;
    /** COM_QUERY may hold several statements. */
    public static final long CLIENT_MULTI_STATEMENTS = 1L << 16;
    /** COM_QUERY may be answered by several results. */
    public static final long CLIENT_MULTI_RESULTS = 1L << 17;
    /** COM_STMT_EXECUTE may be answered by several results. */
    public static final long CLIENT_PS_MULTI_RESULTS = 1L << 18;
    /** The authentication plugin is named. */
    public static final long CLIENT_PLUGIN_AUTH = 1L << 19;
    /** The response holds connection attributes. */
    public static final long CLIENT_CONNECT_ATTRS = 1L << 20;
    /** The length of the response's authentication data is a length-encoded integer. */
    public static final long CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA = 1L << 21;
    /** The client can handle an expired password. */
    public static final long CLIENT_CAN_HANDLE_EXPIRED_PASSWORDS = 1L << 22;
    /** OK tells about changes of the session's state. */
    public static final long CLIENT_SESSION_TRACK = 1L << 23;
    /** No EOF packets: none behind column definitions, an OK with header 0xFE behind rows. */
    public static final long CLIENT_DEPRECATE_EOF = 1L << 24;
    /** Column definitions may be left out. */
    public static final long CLIENT_OPTIONAL_RESULTSET_METADATA = 1L << 25;
    /** Compression by zstd. */
    public static final long CLIENT_ZSTD_COMPRESSION_ALGORITHM = 1L << 26;
    /** COM_QUERY and COM_STMT_EXECUTE carry query attributes. */
    public static final long CLIENT_QUERY_ATTRIBUTES = 1L << 27;
    /** Authentication by more than one factor. */
    public static final long MULTI_FACTOR_AUTHENTICATION = 1L << 28;
    /** Reserved for an extension of this field to 64 bits. */
    public static final long CLIENT_CAPABILITY_EXTENSION = 1L << 29;
    /** The client verifies the server's certificate; no effect on the protocol. */
    public static final long CLIENT_SSL_VERIFY_SERVER_CERT = 1L << 30;
    /** The client keeps options over a reconnect; no effect on the protocol. */
    public static final long CLIENT_REMEMBER_OPTIONS = 1L << 31;
    /** MariaDB: progress reports inside ERR packets. */
    public static final long MARIADB_CLIENT_PROGRESS = 1L << 32;
    /** MariaDB: COM_MULTI; withdrawn. */
    public static final long MARIADB_CLIENT_COM_MULTI = 1L << 33;
    /** MariaDB: COM_STMT_BULK_EXECUTE. */
    public static final long MARIADB_CLIENT_STMT_BULK_OPERATIONS = 1L << 34;
    /** MariaDB: extended type information in column definitions. */
    public static final long MARIADB_CLIENT_EXTENDED_METADATA = 1L << 35;
    /** MariaDB: column definitions of a prepared statement are left out when unchanged. */
    public static final long MARIADB_CLIENT_CACHE_METADATA = 1L << 36;
    /** MariaDB: one result per row of a bulk execution. */
    public static final long MARIADB_CLIENT_BULK_UNIT_RESULTS = 1L << 37;

    /** No capability at all. */
    public static final CapabilityFlags NONE = new CapabilityFlags(0);

    private static final long MYSQL_MASK = 0xFFFF_FFFFL;

    /** True when every one of {@code flags} is set. */
    public boolean has(long flags) {
        return (bits & flags) == flags;
    }

    /** These and {@code flags}. */
    public CapabilityFlags with(long flags) {
        return new CapabilityFlags(bits | flags);
    }

    /** These but {@code flags}. */
    public CapabilityFlags without(long flags) {
        return new CapabilityFlags(bits & ~flags);
    }

    /** What both have. */
    public CapabilityFlags and(CapabilityFlags other) {
        return new CapabilityFlags(bits & other.bits);
    }

    /** MySQL's 32 bits. */
    public int low() {
        return (int) bits;
    }

    /** MariaDB's 32 bits. */
    public int high() {
        return (int) (bits >>> 32);
    }

    /** Joins MySQL's 32 bits and MariaDB's 32 bits. */
    public static CapabilityFlags of(int low, int high) {
        return new CapabilityFlags((low & MYSQL_MASK) | ((long) high << 32));
    }

    @Override
    public String toString() {
        return "CapabilityFlags[0x" + Long.toHexString(bits) + ']';
    }
}
