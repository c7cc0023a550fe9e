// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.Command;
import com.workersql.protocol.message.client.ClientCommand;

/** The grammar of a command's reply: what packets may come, and which one is the last. Source: dev.mysql.com "Command Phase". */
public enum ReplyKind {
    /** OK, EOF or ERR: COM_PING, COM_INIT_DB, COM_RESET_CONNECTION, COM_STMT_RESET, COM_SET_OPTION, COM_DEBUG. */
    OK_ONLY,
    /** COM_QUERY: results of text rows, OK, ERR, several of them, or the request of a local file. */
    QUERY,
    /** COM_STMT_PREPARE: the statement, then definitions of its parameters and columns; or ERR. */
    PREPARE,
    /** COM_STMT_EXECUTE and COM_STMT_BULK_EXECUTE: like {@link #QUERY}, with binary rows or an opened cursor. */
    EXECUTE,
    /** COM_STMT_FETCH: binary rows without definitions; or ERR. */
    FETCH,
    /** COM_FIELD_LIST: definitions up to a terminator; or ERR. */
    FIELD_LIST,
    /** COM_STATISTICS: one packet of text; or ERR. */
    STRING,
    /** No reply at all: COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA, COM_QUIT. */
    NONE;

    /**
     * How a command is answered. Who sends several commands ahead counts replies by it.
     *
     * @throws IllegalArgumentException for COM_CHANGE_USER and the commands of replication, which begin an exchange of their own,
     *     and for unknown ones
     */
    public static ReplyKind of(ClientCommand command) {
        return switch (command.command()) {
            case Command.COM_PING,
                    Command.COM_INIT_DB,
                    Command.COM_RESET_CONNECTION,
                    Command.COM_STMT_RESET,
                    Command.COM_SET_OPTION,
                    Command.COM_DEBUG,
                    Command.COM_PROCESS_KILL,
                    Command.COM_REGISTER_SLAVE -> OK_ONLY;
            case Command.COM_QUERY, Command.COM_PROCESS_INFO -> QUERY;
            case Command.COM_STMT_PREPARE -> PREPARE;
            case Command.COM_STMT_EXECUTE, Command.COM_STMT_BULK_EXECUTE -> EXECUTE;
            case Command.COM_STMT_FETCH -> FETCH;
            case Command.COM_FIELD_LIST -> FIELD_LIST;
            case Command.COM_STATISTICS -> STRING;
            case Command.COM_STMT_CLOSE, Command.COM_STMT_SEND_LONG_DATA, Command.COM_QUIT -> NONE;
            default ->
                throw new IllegalArgumentException("the command " + command.command() + " has no reply of one kind");
        };
    }
}
