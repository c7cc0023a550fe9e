// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

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
    NONE
}
