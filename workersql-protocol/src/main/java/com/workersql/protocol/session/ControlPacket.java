// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

/** A packet of a reply that says something about the reply itself; all others are definitions and rows. */
public enum ControlPacket {
    /** A result begins: the number of its columns. */
    COLUMN_COUNT,
    /** The EOF behind definitions of columns or parameters; only without CLIENT_DEPRECATE_EOF. */
    COLUMNS_EOF,
    /** OK: in place of a result (header 0x00), or behind its rows (header 0xFE, with CLIENT_DEPRECATE_EOF). */
    OK,
    /** The EOF behind rows, or in place of an OK. */
    EOF,
    /** ERR, at any place of a reply; it ends the reply. */
    ERR,
    /** The statement that was prepared; definitions may follow. */
    PREPARE_OK,
    /** The server asks for a file; the reply goes on when the client has sent it. */
    LOCAL_INFILE,
    /** MariaDB's report of progress, an ERR with error number 65535; it ends nothing. */
    PROGRESS,
    /** The text of {@link ReplyKind#STRING}. */
    STRING
}
