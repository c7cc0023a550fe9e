// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;

/** What the OK, EOF and ERR packets of a reply tell of it; the last one counts. Read in place, between indices that stay as they are. */
final class ReplyResult {
    private int statusFlags;
    private int warnings;
    private long affectedRows;
    private long lastInsertId;
    private boolean error;
    private int errno;

    /** Nothing is told yet. */
    void begin() {
        statusFlags = 0;
        warnings = 0;
        affectedRows = 0;
        lastInsertId = 0;
        error = false;
        errno = 0;
    }

    /** 0xFE, warnings, status: the other order than in OK. The five bytes were checked. */
    void eof(ByteBuf payload, int index) {
        warnings = payload.getUnsignedShortLE(index + 1);
        statusFlags = payload.getUnsignedShortLE(index + 3);
        affectedRows = 0;
        lastInsertId = 0;
    }

    /** Header, affected rows, last insert id, status, warnings; what follows does not matter here. */
    void ok(ByteBuf payload, int index, int length) {
        int at = index + 1;
        affectedRows = LengthEncodedInteger.get(payload, at);
        at += LengthEncodedInteger.sizeAt(payload, at);
        lastInsertId = LengthEncodedInteger.get(payload, at);
        at += LengthEncodedInteger.sizeAt(payload, at);
        if (at + 4 > index + length) {
            throw ProtocolException.malformed("an OK of " + length + " bytes that ends before its status and warnings");
        }
        statusFlags = payload.getUnsignedShortLE(at);
        warnings = payload.getUnsignedShortLE(at + 2);
    }

    /** The answer to a preparation has warnings but no status. */
    void prepared(int newWarnings) {
        warnings = newWarnings;
    }

    void error(int newErrno) {
        error = true;
        errno = newErrno;
    }

    boolean has(int flags) {
        return (statusFlags & flags) == flags;
    }

    int statusFlags() {
        return statusFlags;
    }

    int warnings() {
        return warnings;
    }

    long affectedRows() {
        return affectedRows;
    }

    long lastInsertId() {
        return lastInsertId;
    }

    boolean isError() {
        return error;
    }

    int errno() {
        return errno;
    }
}
