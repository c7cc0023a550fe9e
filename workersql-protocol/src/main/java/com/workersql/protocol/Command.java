// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

/**
 * The first byte of a command packet, by MySQL's own names. Source: dev.mysql.com "Command Phase", mariadb.com "COM_STMT_BULK_EXECUTE".
 */
public final class Command {
    /** Internal to the server, refused from clients. */
    public static final int COM_SLEEP = 0x00;
    /** Ends the connection; no answer. */
    public static final int COM_QUIT = 0x01;
    /** Selects a schema. */
    public static final int COM_INIT_DB = 0x02;
    /** Runs SQL text. */
    public static final int COM_QUERY = 0x03;
    /** Lists a table's columns. */
    public static final int COM_FIELD_LIST = 0x04;
    /** Withdrawn: creates a schema. */
    public static final int COM_CREATE_DB = 0x05;
    /** Withdrawn: drops a schema. */
    public static final int COM_DROP_DB = 0x06;
    /** Flushes caches. */
    public static final int COM_REFRESH = 0x07;
    /** Withdrawn: stops the server. */
    public static final int COM_SHUTDOWN = 0x08;
    /** A line of text about the server. */
    public static final int COM_STATISTICS = 0x09;
    /** The connections, as a result set. */
    public static final int COM_PROCESS_INFO = 0x0A;
    /** Internal to the server. */
    public static final int COM_CONNECT = 0x0B;
    /** Kills a connection. */
    public static final int COM_PROCESS_KILL = 0x0C;
    /** Writes debug information to the server's log. */
    public static final int COM_DEBUG = 0x0D;
    /** Is the server alive? */
    public static final int COM_PING = 0x0E;
    /** Internal to the server. */
    public static final int COM_TIME = 0x0F;
    /** Internal to the server. */
    public static final int COM_DELAYED_INSERT = 0x10;
    /** Authenticates again as another user. */
    public static final int COM_CHANGE_USER = 0x11;
    /** Asks for the stream of the binary log. */
    public static final int COM_BINLOG_DUMP = 0x12;
    /** Withdrawn: dumps a table. */
    public static final int COM_TABLE_DUMP = 0x13;
    /** Internal to the server. */
    public static final int COM_CONNECT_OUT = 0x14;
    /** Registers a replica. */
    public static final int COM_REGISTER_SLAVE = 0x15;
    /** Prepares a statement. */
    public static final int COM_STMT_PREPARE = 0x16;
    /** Executes a prepared statement. */
    public static final int COM_STMT_EXECUTE = 0x17;
    /** Appends to a parameter; no answer. */
    public static final int COM_STMT_SEND_LONG_DATA = 0x18;
    /** Forgets a prepared statement; no answer. */
    public static final int COM_STMT_CLOSE = 0x19;
    /** Drops long data and the cursor of a prepared statement. */
    public static final int COM_STMT_RESET = 0x1A;
    /** Switches multi-statements on or off. */
    public static final int COM_SET_OPTION = 0x1B;
    /** Fetches rows of a cursor. */
    public static final int COM_STMT_FETCH = 0x1C;
    /** Internal to the server. */
    public static final int COM_DAEMON = 0x1D;
    /** Asks for the stream of the binary log by GTID. */
    public static final int COM_BINLOG_DUMP_GTID = 0x1E;
    /** Resets the session's state without authentication. */
    public static final int COM_RESET_CONNECTION = 0x1F;
    /** MySQL: clones the server's data. */
    public static final int COM_CLONE = 0x20;
    /** MariaDB: executes a prepared statement for many rows of parameters. */
    public static final int COM_STMT_BULK_EXECUTE = 0xFA;

    private Command() {}
}
