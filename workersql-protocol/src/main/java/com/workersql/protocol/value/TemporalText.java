// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;

/** Reads {@code 2024-02-29}, {@code 2024-02-29 12:00:00.5}, {@code -838:59:59}; allocates nothing. */
final class TemporalText {
    private static final int MAX_SHOWN_BYTES = 64;
    private static final int MICRO_DIGITS = 6;

    private TemporalText() {}

    /**
     * Reads a date, a date with time, or a time.
     *
     * @throws ProtocolException when it is none of them
     */
    static void read(Temporal into, byte[] in, int index, int length) {
        int end = index + length;
        boolean minus = index < end && in[index] == '-';
        int firstEnd = digitsEnd(in, minus ? index + 1 : index, end);
        if (minus || firstEnd == end || in[firstEnd] != '-') {
            into.setTime(minus, 0, 0, 0, 0);
            readClock(into, in, minus ? index + 1 : index, 7, end, index, 9_999_999);
            return;
        }
        long year = field(in, index, 4, end, 9999);
        long month = field(in, expect(in, endOf(year), end, '-', index), 2, end, 12);
        long day = field(in, expect(in, endOf(month), end, '-', index), 2, end, 31);
        into.setDateTime(numberOf(year), numberOf(month), numberOf(day), 0, 0, 0, 0);
        int at = endOf(day);
        if (at < end) {
            char between = in[at] == 'T' ? 'T' : ' ';
            readClock(into, in, expect(in, at, end, between, index), 2, end, index, 23);
        }
    }

    private static void readClock(
            Temporal into, byte[] in, int start, int hourDigits, int end, int index, int maxHour) {
        long hour = field(in, start, hourDigits, end, maxHour);
        long minute = field(in, expect(in, endOf(hour), end, ':', index), 2, end, 59);
        long second = field(in, expect(in, endOf(minute), end, ':', index), 2, end, 59);
        int at = endOf(second);
        int micros = 0;
        if (at < end) {
            int fractionStart = expect(in, at, end, '.', index);
            long fraction = field(in, fractionStart, MICRO_DIGITS, end, 999_999);
            at = endOf(fraction);
            micros = numberOf(fraction);
            for (int digits = at - fractionStart; digits < MICRO_DIGITS; digits++) {
                micros *= 10;
            }
        }
        if (at < end) {
            throw noTemporal(in, index, end);
        }
        into.setClock(numberOf(hour), numberOf(minute), numberOf(second), micros);
    }

    private static int digitsEnd(byte[] in, int start, int end) {
        int at = start;
        while (at < end && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        return at;
    }

    /** Reads one to {@code maxDigits} digits: their number in the lower half, the index behind them in the upper one. */
    private static long field(byte[] in, int start, int maxDigits, int end, int max) {
        int at = start;
        int number = 0;
        while (at < end && at - start < maxDigits) {
            int digit = in[at] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = number * 10 + digit;
            at++;
        }
        if (at == start || number > max) {
            throw noTemporal(in, start, end);
        }
        return (long) at << Integer.SIZE | number;
    }

    private static int numberOf(long field) {
        return (int) field;
    }

    private static int endOf(long field) {
        return (int) (field >>> Integer.SIZE);
    }

    private static int expect(byte[] in, int at, int end, char expected, int index) {
        if (at >= end || in[at] != expected) {
            throw noTemporal(in, index, end);
        }
        return at + 1;
    }

    private static ProtocolException noTemporal(byte[] in, int index, int end) {
        String shown = new String(in, index, Math.min(end - index, MAX_SHOWN_BYTES), StandardCharsets.ISO_8859_1);
        return ProtocolException.malformed("\"" + shown + "\" is no date and no time");
    }
}
