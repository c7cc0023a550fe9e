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

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int ASCII = 0x7F;
    private static final int MAX_YEAR = 9999;

    private ShortValue() {}

    /** Puts what {@link RowWriter#addObject} takes into a column of the {@link RowLayout} {@code code}. */
    static int put(byte[] out, int at, int code, Object value) {
        if (value instanceof Long number) {
            return putInteger(out, at, code, number);
        } else if (value instanceof String text) {
            return RowLayout.isPrinted(code) ? putText(out, at, text) : NONE;
        } else if (value instanceof Integer number) {
            return putInteger(out, at, code, number);
        } else if (value instanceof BigDecimal number) {
            return RowLayout.isPrinted(code) && DecimalText.isShort(number) ? putDecimal(out, at, number) : NONE;
        } else if (value instanceof LocalDateTime dateTime) {
            return putDateTime(out, at, code, dateTime);
        } else if (value instanceof Double number) {
            return putDouble(out, at, code, number);
        }
        return value instanceof byte[] bytes && RowLayout.isPrinted(code) ? putBytes(out, at, bytes) : NONE;
    }

    /** NULL in a text row. */
    static int putNull(byte[] out, int at) {
        out[at] = (byte) LengthEncodedInteger.NULL_MARKER;
        return at + 1;
    }

    private static int putInteger(byte[] out, int at, int code, long value) {
        if (code == RowLayout.LONG) {
            LONG.set(out, at, value);
            return at + Long.BYTES;
        }
        if (RowLayout.isPrinted(code)) {
            return putLong(out, at, value);
        }
        boolean fits =
                RowLayout.isInteger(code) && RowLayout.fits(code, value) && (value >= 0 || code < RowLayout.UNSIGNED);
        if (!fits) {
            return NONE;
        }
        LONG.set(out, at, value);
        return at + RowLayout.integerBytes(code);
    }

    /** A number, printed behind its length. */
    static int putLong(byte[] out, int at, long value) {
        out[at + 1] = '-';
        // The magnitude of the least long, taken as unsigned, is the least long itself.
        return end(out, at, NumberBytes.putUnsigned(out, at + 1 + (int) (value >>> (Long.SIZE - 1)), Math.abs(value)));
    }

    private static int putDouble(byte[] out, int at, int code, double value) {
        if (RowLayout.isPrinted(code)) {
            return end(out, at, RealText.putDouble(out, at + 1, value));
        }
        if (code != RowLayout.DOUBLE) {
            return NONE;
        }
        LONG.set(out, at, Double.doubleToRawLongBits(value));
        return at + Long.BYTES;
    }

    /** A decimal that {@link DecimalText#isShort}, printed behind its length. */
    static int putDecimal(byte[] out, int at, BigDecimal value) {
        return end(out, at, DecimalText.putShort(out, at + 1, value));
    }

    private static int putDateTime(byte[] out, int at, int code, LocalDateTime value) {
        int year = value.getYear();
        if (year < 0 || year > MAX_YEAR || value.getNano() != 0) {
            return NONE;
        }
        int month = value.getMonthValue();
        int day = value.getDayOfMonth();
        int hour = value.getHour();
        int minute = value.getMinute();
        int second = value.getSecond();
        if (code == RowLayout.DATE_TIME) {
            return TemporalBytes.putBinary(out, at, year, month, day, hour, minute, second, 0);
        }
        if (code != RowLayout.PRINTED_TO_SECONDS) {
            return NONE;
        }
        int behindDate = TemporalBytes.putDate(out, at + 1, year, month, day);
        out[behindDate] = ' ';
        return end(out, at, TemporalBytes.putClock(out, behindDate + 1, hour, minute, second));
    }

    @SuppressWarnings("deprecation") // It copies the low byte of each character, which is all of it when it is ASCII.
    private static int putText(byte[] out, int at, String text) {
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

    private static int putBytes(byte[] out, int at, byte[] value) {
        int length = value.length;
        if (length >= LengthEncodedInteger.NULL_MARKER || length >= out.length - at) {
            return NONE;
        }
        out[at] = (byte) length;
        int start = at + 1;
        int end = start + length;
        if (length < Long.BYTES || length > 4 * Long.BYTES) {
            System.arraycopy(value, 0, out, start, length);
            return end;
        }
        // Up to four numbers, of which the later ones may lie over the earlier: half of what it takes to call a copy.
        LONG.set(out, start, (long) LONG.get(value, 0));
        if (length > 2 * Long.BYTES) {
            LONG.set(out, start + Long.BYTES, (long) LONG.get(value, Long.BYTES));
            LONG.set(out, end - 2 * Long.BYTES, (long) LONG.get(value, length - 2 * Long.BYTES));
        }
        LONG.set(out, end - Long.BYTES, (long) LONG.get(value, length - Long.BYTES));
        return end;
    }

    /** Fills in the length of a value, which has one byte. */
    private static int end(byte[] out, int at, int end) {
        out[at] = (byte) (end - at - 1);
        return end;
    }
}
