// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

/**
 * The server errors that this code base raises itself, by MySQL's own names.
 *
 * <p>Source: the server error message reference of MySQL 9 (error numbers, symbols and SQLSTATEs).
 */
public final class ServerErrors {
    /** Too many connections. */
    public static final ServerError ER_CON_COUNT_ERROR = new ServerError(1040, "08004");
    /** The server has no memory left for this. */
    public static final ServerError ER_OUT_OF_RESOURCES = new ServerError(1041, "HY000");
    /** The handshake was not understood. */
    public static final ServerError ER_HANDSHAKE_ERROR = new ServerError(1043, "08S01");
    /** No access to this schema for this user. */
    public static final ServerError ER_DBACCESS_DENIED_ERROR = new ServerError(1044, "42000");
    /** Wrong user or password. */
    public static final ServerError ER_ACCESS_DENIED_ERROR = new ServerError(1045, "28000");
    /** No schema is selected. */
    public static final ServerError ER_NO_DB_ERROR = new ServerError(1046, "3D000");
    /** Unknown command. */
    public static final ServerError ER_UNKNOWN_COM_ERROR = new ServerError(1047, "08S01");
    /** Unknown schema. */
    public static final ServerError ER_BAD_DB_ERROR = new ServerError(1049, "42000");
    /** The server goes away. */
    public static final ServerError ER_SERVER_SHUTDOWN = new ServerError(1053, "08S01");
    /** Syntax error. */
    public static final ServerError ER_PARSE_ERROR = new ServerError(1064, "42000");
    /** The statement is empty. */
    public static final ServerError ER_EMPTY_QUERY = new ServerError(1065, "42000");
    /** No connection with this id. */
    public static final ServerError ER_NO_SUCH_THREAD = new ServerError(1094, "HY000");
    /** The connection with this id belongs to somebody else. */
    public static final ServerError ER_KILL_DENIED_ERROR = new ServerError(1095, "HY000");
    /** Any error without a number of its own. */
    public static final ServerError ER_UNKNOWN_ERROR = new ServerError(1105, "HY000");
    /** No access to this table for this user. */
    public static final ServerError ER_TABLEACCESS_DENIED_ERROR = new ServerError(1142, "42000");
    /** A packet is larger than {@code max_allowed_packet}. */
    public static final ServerError ER_NET_PACKET_TOO_LARGE = new ServerError(1153, "08S01");
    /** A packet has another sequence id than expected. */
    public static final ServerError ER_NET_PACKETS_OUT_OF_ORDER = new ServerError(1156, "08S01");
    /** A compressed packet cannot be inflated. */
    public static final ServerError ER_NET_UNCOMPRESS_ERROR = new ServerError(1157, "08S01");
    /** Reading from the connection failed. */
    public static final ServerError ER_NET_READ_ERROR = new ServerError(1158, "08S01");
    /** Reading from the connection took too long. */
    public static final ServerError ER_NET_READ_INTERRUPTED = new ServerError(1159, "08S01");
    /** Unknown system variable. */
    public static final ServerError ER_UNKNOWN_SYSTEM_VARIABLE = new ServerError(1193, "HY000");
    /** The user has too many connections. */
    public static final ServerError ER_TOO_MANY_USER_CONNECTIONS = new ServerError(1203, "42000");
    /** Waiting for a lock took too long. */
    public static final ServerError ER_LOCK_WAIT_TIMEOUT = new ServerError(1205, "HY000");
    /** Wrong arguments of a command. */
    public static final ServerError ER_WRONG_ARGUMENTS = new ServerError(1210, "HY000");
    /** A privilege is missing. */
    public static final ServerError ER_SPECIFIC_ACCESS_DENIED_ERROR = new ServerError(1227, "42000");
    /** A variable cannot have this value. */
    public static final ServerError ER_WRONG_VALUE_FOR_VAR = new ServerError(1231, "42000");
    /** Not supported. */
    public static final ServerError ER_NOT_SUPPORTED_YET = new ServerError(1235, "42000");
    /** No prepared statement with this id. */
    public static final ServerError ER_UNKNOWN_STMT_HANDLER = new ServerError(1243, "HY000");
    /** The client does not speak the authentication that the server asks for. */
    public static final ServerError ER_NOT_SUPPORTED_AUTH_MODE = new ServerError(1251, "08004");
    /** The statement cannot be prepared. */
    public static final ServerError ER_UNSUPPORTED_PS = new ServerError(1295, "HY000");
    /** The statement was killed. */
    public static final ServerError ER_QUERY_INTERRUPTED = new ServerError(1317, "70100");
    /** The prepared statement has more than 65535 parameters. */
    public static final ServerError ER_PS_MANY_PARAM = new ServerError(1390, "HY000");
    /** The prepared statement has no open cursor. */
    public static final ServerError ER_STMT_HAS_NO_OPEN_CURSOR = new ServerError(1421, "HY000");
    /** A data source behind the server cannot be reached. */
    public static final ServerError ER_CONNECT_TO_FOREIGN_DATA_SOURCE = new ServerError(1429, "HY000");
    /** Too many prepared statements. */
    public static final ServerError ER_MAX_PREPARED_STMT_COUNT_REACHED = new ServerError(1461, "42000");
    /** A packet is malformed. */
    public static final ServerError ER_MALFORMED_PACKET = new ServerError(1835, "HY000");
    /** The statement took too long. */
    public static final ServerError ER_QUERY_TIMEOUT = new ServerError(3024, "HY000");
    /** The transaction was rolled back. */
    public static final ServerError ER_TRANSACTION_ROLLBACK_DURING_COMMIT = new ServerError(3101, "40000");
    /** Connections without TLS are not allowed. */
    public static final ServerError ER_SECURE_TRANSPORT_REQUIRED = new ServerError(3159, "HY000");
    /** LOAD DATA LOCAL is switched off. */
    public static final ServerError ER_CLIENT_LOCAL_FILES_DISABLED = new ServerError(3948, "42000");
    /** The client was silent for too long. */
    public static final ServerError ER_CLIENT_INTERACTION_TIMEOUT = new ServerError(4031, "HY000");

    private ServerErrors() {}
}
