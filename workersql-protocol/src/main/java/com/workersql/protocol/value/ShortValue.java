// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.wire.LengthEncodedInteger;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.time.LocalDateTime;

/**
 * Values as most rows have them, put into an array without a field in which to keep where the next one goes, for which each value would have to
 * wait. Each method gives the index behind the value, or {@link #NONE} for what has to go the way that all values can go.
 */
final class ShortValue {
    /** Must be free, whatever the value is; texts and bytes look for more themselves. */
    static final int ROOM = 64;
    /** Nothing was put. */
    static final int NONE = -1;

    private static final VarHandle INT_BYTES =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** No kind: it goes the way that all values can go. */
    static final byte OTHER = 0;

    static final byte PRINTED_INTEGER = 1;
    static final byte LONG = 2;
    static final byte INTEGER = 3;
    static final byte PRINTED_DOUBLE = 4;
    static final byte DOUBLE = 5;
    static final byte DECIMAL = 6;
    static final byte PRINTED_DATE_TIME = 7;
    static final byte DATE_TIME = 8;
    static final byte TEXT = 9;
    static final byte BYTES = 10;

    private static final int ASCII = 0x7F;
    private static final int MAX_YEAR = 9999;

    private ShortValue() {}

    /**
     * The method here that puts such a value.
     *
     * @param code the {@link RowLayout} of the column
     * @param value not null
     */
    static byte kind(int code, Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return integerKind(code);
        } else if (value instanceof Double) {
            return RowLayout.isPrinted(code) ? PRINTED_DOUBLE : code == RowLayout.DOUBLE ? DOUBLE : OTHER;
        } else if (value instanceof LocalDateTime) {
            return code == RowLayout.PRINTED_TO_SECONDS
                    ? PRINTED_DATE_TIME
                    : code == RowLayout.DATE_TIME ? DATE_TIME : OTHER;
        } else if (!RowLayout.isPrinted(code)) {
            return OTHER;
        } else if (value instanceof String) {
            return TEXT;
        }
        return value instanceof BigDecimal ? DECIMAL : value instanceof byte[] ? BYTES : OTHER;
    }

    private static byte integerKind(int code) {
        if (RowLayout.isPrinted(code)) {
            return PRINTED_INTEGER;
        }
        return code == RowLayout.LONG ? LONG : RowLayout.isInteger(code) ? INTEGER : OTHER;
    }

    /** NULL in a text row. */
    static int putNull(byte[] out, int at) {
        out[at] = (byte) LengthEncodedInteger.NULL_MARKER;
        return at + 1;
    }

    static int putPrintedInteger(byte[] out, int at, Object value) {
        if (value instanceof Long number) {
            return putPrinted(out, at, number);
        }
        return value instanceof Integer number ? putPrinted(out, at, number) : NONE;
    }

    /** @param code of an integer column */
    static int putInteger(byte[] out, int at, int code, Object value) {
        if (!(value instanceof Long || value instanceof Integer)) {
            return NONE;
        }
        long number = ((Number) value).longValue();
        if (!RowLayout.fits(code, number) || (number < 0 && code >= RowLayout.UNSIGNED)) {
            return NONE;
        }
        LONG_BYTES.set(out, at, number);
        return at + RowLayout.integerBytes(code);
    }

    /** Into a signed column of eight bytes. */
    static int putEightBytes(byte[] out, int at, Object value) {
        if (!(value instanceof Long || value instanceof Integer)) {
            return NONE;
        }
        LONG_BYTES.set(out, at, ((Number) value).longValue());
        return at + Long.BYTES;
    }

    /** A number, printed behind its length. */
    static int putPrinted(byte[] out, int at, long value) {
        if (value >= 0 && value < EightDigits.FOUR_LIMIT) {
            int digits = EightDigits.ofFour((int) value);
            int zeros = EightDigits.leadingZerosOfFour(digits);
            INT_BYTES.set(out, at + 1, digits >>> (zeros * 8));
            int length = Integer.BYTES - zeros;
            out[at] = (byte) length;
            return at + 1 + length;
        }
        out[at + 1] = '-';
        // The magnitude of the least long, taken as unsigned, is the least long itself.
        return end(out, at, NumberBytes.putUnsigned(out, at + 1 + (int) (value >>> (Long.SIZE - 1)), Math.abs(value)));
    }

    static int putPrintedDouble(byte[] out, int at, Object value) {
        return value instanceof Double number ? end(out, at, RealText.putDouble(out, at + 1, number)) : NONE;
    }

    static int putDouble(byte[] out, int at, Object value) {
        if (!(value instanceof Double number)) {
            return NONE;
        }
        LONG_BYTES.set(out, at, Double.doubleToRawLongBits(number));
        return at + Long.BYTES;
    }

    static int putDecimal(byte[] out, int at, Object value) {
        return value instanceof BigDecimal number && DecimalText.isShort(number) ? putPrinted(out, at, number) : NONE;
    }

    /** A decimal that {@link DecimalText#isShort}, printed behind its length. */
    static int putPrinted(byte[] out, int at, BigDecimal value) {
        return end(out, at, DecimalText.putShort(out, at + 1, value));
    }

    static int putPrintedDateTime(byte[] out, int at, Object value) {
        if (!(value instanceof LocalDateTime dateTime) || dateTime.getNano() != 0 || !isYear(dateTime.getYear())) {
            return NONE;
        }
        int date = at + 1;
        int behindDate = TemporalBytes.putDate(
                out, date, dateTime.getYear(), dateTime.getMonthValue(), dateTime.getDayOfMonth());
        out[behindDate] = ' ';
        int clock = behindDate + 1;
        return end(
                out,
                at,
                TemporalBytes.putClock(out, clock, dateTime.getHour(), dateTime.getMinute(), dateTime.getSecond()));
    }

    static int putDateTime(byte[] out, int at, Object value) {
        if (!(value instanceof LocalDateTime dateTime) || dateTime.getNano() != 0 || !isYear(dateTime.getYear())) {
            return NONE;
        }
        return TemporalBytes.putBinary(
                out,
                at,
                dateTime.getYear(),
                dateTime.getMonthValue(),
                dateTime.getDayOfMonth(),
                dateTime.getHour(),
                dateTime.getMinute(),
                dateTime.getSecond(),
                0);
    }

    private static boolean isYear(int year) {
        return year >= 0 && year <= MAX_YEAR;
    }

    @SuppressWarnings("deprecation") // It copies the low byte of each character, which is all of it when it is ASCII.
    static int putText(byte[] out, int at, Object value) {
        if (!(value instanceof String text)) {
            return NONE;
        }
        int length = text.length();
        if (length >= LengthEncodedInteger.NULL_MARKER || length >= out.length - at) {
            return NONE;
        }
        text.getBytes(0, length, out, at + 1);
        int all = 0;
        for (int i = 0; i < length; i++) {
            all |= text.charAt(i);
        }
        if (all <= ASCII) {
            out[at] = (byte) length;
            return at + 1 + length;
        }
        int most = Utf8Bytes.MAX_BYTES_OF_CHAR * length;
        boolean fits = most < LengthEncodedInteger.NULL_MARKER && most < out.length - at;
        return fits ? end(out, at, Utf8Bytes.put(out, at + 1, text)) : NONE;
    }

    static int putBytes(byte[] out, int at, Object value) {
        if (!(value instanceof byte[] bytes)) {
            return NONE;
        }
        int length = bytes.length;
        if (length >= LengthEncodedInteger.NULL_MARKER || length >= out.length - at) {
            return NONE;
        }
        out[at] = (byte) length;
        int start = at + 1;
        int end = start + length;
        if (length < Long.BYTES || length > 4 * Long.BYTES) {
            System.arraycopy(bytes, 0, out, start, length);
            return end;
        }
        // Up to four numbers, of which the later ones may lie over the earlier: half of what it takes to call a copy.
        LONG_BYTES.set(out, start, (long) LONG_BYTES.get(bytes, 0));
        if (length > 2 * Long.BYTES) {
            LONG_BYTES.set(out, start + Long.BYTES, (long) LONG_BYTES.get(bytes, Long.BYTES));
            LONG_BYTES.set(out, end - 2 * Long.BYTES, (long) LONG_BYTES.get(bytes, length - 2 * Long.BYTES));
        }
        LONG_BYTES.set(out, end - Long.BYTES, (long) LONG_BYTES.get(bytes, length - Long.BYTES));
        return end;
    }

    /** Fills in the length of a value, which has one byte. */
    private static int end(byte[] out, int at, int end) {
        out[at] = (byte) (end - at - 1);
        return end;
    }
}
