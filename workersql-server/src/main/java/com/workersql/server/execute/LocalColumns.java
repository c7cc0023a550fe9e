// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.ServerFlavor;

/**
 * The columns of the result sets that the gateway makes itself. Where a server makes the same result, its columns are described
 * to the bit as that server does (measured on MariaDB 11.4 and MySQL 9).
 */
final class LocalColumns {
    private static final int DIGITS = 21;
    private static final int SCHEMA_CHARS = 64;
    private static final int LEVEL_CHARS = 7;
    private static final int MESSAGE_CHARS = 512;

    private LocalColumns() {}

    static ColumnDefinition text(String name) {
        return ColumnDefinition.of(name, ColumnType.VAR_STRING);
    }

    static ColumnDefinition number(String name) {
        return ColumnDefinition.of(name, ColumnType.LONGLONG);
    }

    /** The column of a session function; text is described in the session's character set. */
    static ColumnDefinition function(
            SessionFunction function, String name, String version, ResultCharset charset, ServerFlavor flavor) {
        boolean mariaDb = flavor == ServerFlavor.MARIADB;
        return switch (function) {
            case LAST_INSERT_ID ->
                number(
                        name,
                        ColumnType.LONGLONG,
                        DIGITS,
                        ColumnDefinition.NOT_NULL_FLAG | ColumnDefinition.UNSIGNED_FLAG);
            case ROW_COUNT, FOUND_ROWS -> number(name, ColumnType.LONGLONG, DIGITS, ColumnDefinition.NOT_NULL_FLAG);
            case CONNECTION_ID ->
                mariaDb
                        ? number(
                                name,
                                ColumnType.LONG,
                                10,
                                ColumnDefinition.NOT_NULL_FLAG | ColumnDefinition.UNSIGNED_FLAG)
                        : number(
                                name,
                                ColumnType.LONGLONG,
                                DIGITS,
                                ColumnDefinition.NOT_NULL_FLAG | ColumnDefinition.UNSIGNED_FLAG);
            case WARNING_COUNT, ERROR_COUNT -> diagnosticsCount(name);
            case DATABASE -> text(name, SCHEMA_CHARS, 0, charset, flavor);
            case USER, CURRENT_USER -> text(name, mariaDb ? 384 : 288, 0, charset, flavor);
            case VERSION -> text(name, version.length(), ColumnDefinition.NOT_NULL_FLAG, charset, flavor);
        };
    }

    static ColumnDefinition diagnosticsCount(String name) {
        return number(name, ColumnType.LONGLONG, DIGITS, ColumnDefinition.UNSIGNED_FLAG);
    }

    static ColumnDefinition level(ResultCharset charset, ServerFlavor flavor) {
        return text("Level", LEVEL_CHARS, ColumnDefinition.NOT_NULL_FLAG, charset, flavor);
    }

    static ColumnDefinition code(ServerFlavor flavor) {
        return number(
                "Code",
                ColumnType.LONG,
                flavor == ServerFlavor.MARIADB ? 4 : 5,
                ColumnDefinition.NOT_NULL_FLAG | ColumnDefinition.UNSIGNED_FLAG);
    }

    static ColumnDefinition message(ResultCharset charset, ServerFlavor flavor) {
        return text("Message", MESSAGE_CHARS, ColumnDefinition.NOT_NULL_FLAG, charset, flavor);
    }

    private static ColumnDefinition number(String name, ColumnType type, int length, int flags) {
        return column(name, ColumnDefinition.BINARY_COLLATION, length, type, flags | ColumnDefinition.BINARY_FLAG, 0);
    }

    private static ColumnDefinition text(
            String name, int chars, int flags, ResultCharset charset, ServerFlavor flavor) {
        int decimals = flavor == ServerFlavor.MARIADB ? 39 : 31;
        int collation = charset == null ? 45 : charset.collationId();
        int length = chars * (charset == null ? 4 : charset.maxBytesPerChar());
        return column(name, collation, length, ColumnType.VAR_STRING, flags, decimals);
    }

    private static ColumnDefinition column(
            String name, int collation, int length, ColumnType type, int flags, int decimals) {
        return new ColumnDefinition("", "", "", name, "", collation, length, type, flags, decimals, null, null);
    }
}
