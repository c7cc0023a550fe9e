// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Numbers that are written as text, read straight from their bytes. */
final class AsciiNumber {
    private static final long UNSIGNED_MAX_TENTH = Long.divideUnsigned(-1L, 10);
    private static final int MAX_SHOWN_BYTES = 64;

    private AsciiNumber() {}

    static long signed(ByteBuf in, int index, int length) {
        boolean negative = length > 0 && in.getByte(index) == '-';
        long magnitude = magnitude(in, index, length, negative || isPlus(in, index, length) ? 1 : 0);
        if (negative) {
            // The magnitude of the least long is the least long itself.
            if (magnitude < 0 && magnitude != Long.MIN_VALUE) {
                throw outOfRange(in, index, length, "a signed integer of 64 bits");
            }
            return -magnitude;
        }
        if (magnitude < 0) {
            throw outOfRange(in, index, length, "a signed integer of 64 bits");
        }
        return magnitude;
    }

    static long unsigned(ByteBuf in, int index, int length) {
        return magnitude(in, index, length, isPlus(in, index, length) ? 1 : 0);
    }

    static double real(ByteBuf in, int index, int length) {
        try {
            return Double.parseDouble(in.toString(index, length, StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException e) {
            throw outOfRange(in, index, length, "a number");
        }
    }

    private static boolean isPlus(ByteBuf in, int index, int length) {
        return length > 0 && in.getByte(index) == '+';
    }

    /** Digits only, but for zeros behind a point: 5.00 is an integer too. */
    private static long magnitude(ByteBuf in, int index, int length, int signBytes) {
        int end = index + length;
        int at = index + signBytes;
        long value = 0;
        int digits = 0;
        for (; at < end; at++, digits++) {
            int digit = in.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            int order = Long.compareUnsigned(value, UNSIGNED_MAX_TENTH);
            if (order > 0 || (order == 0 && digit > 5)) {
                throw outOfRange(in, index, length, "an integer of 64 bits");
            }
            value = value * 10 + digit;
        }
        if (at < end && in.getByte(at) == '.') {
            at++;
            while (at < end && in.getByte(at) == '0') {
                at++;
            }
        }
        if (digits == 0 || at < end) {
            throw outOfRange(in, index, length, "an integer");
        }
        return value;
    }

    private static ProtocolException outOfRange(ByteBuf in, int index, int length, String what) {
        String shown = in.toString(index, Math.min(length, MAX_SHOWN_BYTES), StandardCharsets.ISO_8859_1);
        return ProtocolException.malformed("\"" + shown + "\" is not " + what);
    }
}
