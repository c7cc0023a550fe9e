// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;

/**
 * DECIMAL as the servers store it: groups of nine digits in four bytes each, big endian, with a shorter group at each end; the
 * highest bit is inverted, and all bits are when the number is negative. Source: dev.mysql.com "decimal2bin".
 */
final class BinaryDecimal {
    private static final int GROUP_DIGITS = 9;
    private static final int GROUP_BYTES = 4;
    private static final int MAX_DIGITS = 65;
    private static final int[] BYTES_FOR_DIGITS = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
    private static final long[] TOO_LARGE = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    private BinaryDecimal() {}

    static BigDecimal read(ByteBuf in, int precision, int scale) {
        if (precision > MAX_DIGITS || scale > precision) {
            throw ProtocolException.malformed("a DECIMAL(" + precision + "," + scale + ")");
        }
        int integerDigits = precision - scale;
        int length = bytes(integerDigits) + bytes(scale);
        byte[] bytes = ProtocolStrings.readFixedBytes(in, length);
        if (length == 0) {
            return BigDecimal.ZERO;
        }
        boolean negative = (bytes[0] & 0x80) == 0;
        bytes[0] ^= (byte) 0x80;
        StringBuilder digits =
                new StringBuilder(precision + 2).append(negative ? "-" : "").append('0');
        int index = append(digits, bytes, 0, integerDigits % GROUP_DIGITS, negative);
        for (int i = 0; i < integerDigits / GROUP_DIGITS; i++) {
            index = append(digits, bytes, index, GROUP_DIGITS, negative);
        }
        digits.append('.');
        for (int i = 0; i < scale / GROUP_DIGITS; i++) {
            index = append(digits, bytes, index, GROUP_DIGITS, negative);
        }
        append(digits, bytes, index, scale % GROUP_DIGITS, negative);
        return new BigDecimal(digits.toString());
    }

    private static int bytes(int digits) {
        return digits / GROUP_DIGITS * GROUP_BYTES + BYTES_FOR_DIGITS[digits % GROUP_DIGITS];
    }

    private static int append(StringBuilder out, byte[] bytes, int index, int digits, boolean negative) {
        int end = index + BYTES_FOR_DIGITS[digits];
        long value = 0;
        for (int i = index; i < end; i++) {
            value = (value << 8) | ((negative ? ~bytes[i] : bytes[i]) & 0xFF);
        }
        if (value >= TOO_LARGE[digits]) {
            throw ProtocolException.malformed("a group of a DECIMAL with the value " + value);
        }
        if (digits > 0) {
            String text = Long.toString(value);
            out.append("0".repeat(digits - text.length())).append(text);
        }
        return end;
    }
}
