// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;

/**
 * MySQL counts {@code statement_id} among the session's variables, and so reports it with every single reply as soon as all
 * variables are tracked. It is no state, and an OK that reports nothing else is told by its bytes.
 */
final class StatementIdReport {
    static final String NAME = "statement_id";

    private static final byte[] NAME_BYTES = NAME.getBytes(US_ASCII);
    private static final int STATUS_AND_WARNINGS_BYTES = 4;
    private static final int SYSTEM_VARIABLE = 0;
    private static final int MAX_ONE_BYTE_LENGTH = 0xFA;

    private StatementIdReport() {}

    /** True when an OK carries no text, and the statement's id as its only change of state. */
    static boolean isAllOf(ByteBuf ok) {
        int end = ok.writerIndex();
        int i = ok.readerIndex() + 1;
        i += LengthEncodedInteger.sizeAt(ok, i);
        i += LengthEncodedInteger.sizeAt(ok, i);
        i += STATUS_AND_WARNINGS_BYTES;
        int entry = i + 2;
        int name = entry + 3;
        if (name + NAME_BYTES.length >= end
                || ok.getByte(i) != 0
                || ok.getUnsignedByte(i + 1) > MAX_ONE_BYTE_LENGTH
                || entry + ok.getUnsignedByte(i + 1) != end
                || ok.getByte(entry) != SYSTEM_VARIABLE
                || entry + 2 + ok.getUnsignedByte(entry + 1) != end
                || ok.getByte(entry + 2) != NAME_BYTES.length) {
            return false;
        }
        for (int n = 0; n < NAME_BYTES.length; n++) {
            if (ok.getByte(name + n) != NAME_BYTES[n]) {
                return false;
            }
        }
        // One variable only: what follows the name is its value, to the end.
        int value = name + NAME_BYTES.length;
        return value + 1 + ok.getUnsignedByte(value) == end;
    }
}
