// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Dates and times in an array, in either form; each method needs sixteen free bytes and gives the index behind the last one. */
final class TemporalBytes {
    static final int MAX_BYTES = 16;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private TemporalBytes() {}

    /** {@code YYYY-MM-DD} of up to four, two and two digits. */
    static int putDate(byte[] out, int at, int year, int month, int day) {
        int digits = EightDigits.ofFour(month * 100 + day);
        INT.set(out, at, EightDigits.ofFour(year));
        LONG.set(out, at + Integer.BYTES, '-' | twoFirst(digits) << 8 | '-' << 24 | twoLast(digits) << 32);
        return at + 10;
    }

    /** {@code HH:MM:SS} of up to two digits each. */
    static int putClock(byte[] out, int at, int hour, int minute, int second) {
        int digits = EightDigits.ofFour(hour * 100 + minute);
        long seconds = twoLast(EightDigits.ofFour(second));
        LONG.set(out, at, twoFirst(digits) | ':' << 16 | twoLast(digits) << 24 | (long) ':' << 40 | seconds << 48);
        return at + Long.BYTES;
    }

    private static long twoFirst(int fourDigits) {
        return fourDigits & 0xFFFFL;
    }

    private static long twoLast(int fourDigits) {
        return fourDigits >> 16 & 0xFFFFL;
    }

    /** A date with time as it lies in a binary row: all up to the seconds is one number, of which is left out what tells nothing. */
    static int putBinary(
            byte[] out, int at, int year, int month, int day, int hour, int minute, int second, int micros) {
        long date = (year & 0xFFFFL) | (month & 0xFFL) << 16 | (day & 0xFFL) << 24;
        long clock = (hour & 0xFFL) | (minute & 0xFFL) << 8 | (second & 0xFFL) << 16;
        int length = micros != 0 ? 11 : clock != 0 ? 7 : date != 0 ? 4 : 0;
        LONG.set(out, at, length | date << 8 | clock << 40);
        if (micros != 0) {
            INT.set(out, at + Long.BYTES, micros);
        }
        return at + 1 + length;
    }
}
