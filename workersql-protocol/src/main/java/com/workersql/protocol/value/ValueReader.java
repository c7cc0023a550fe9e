// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Values that lie in a payload one behind the other: the columns of a row, or the parameters of an execution. They are read by
 * index from 0.
 *
 * <p>The payload stays the caller's and must stay unchanged for as long as values are read. Not for several threads. A value
 * that is not what a method gives, such as {@link #getLong} of a date, is a {@link ProtocolException}; so is a value that is
 * NULL.
 */
public abstract sealed class ValueReader permits RowReader, ParameterValues {
    /** What stands in place of a value that is NULL. */
    static final long NULL = -1;

    /** Made when a value is printed for the first time, and so is the next; of most executions' values none ever is. */
    private TextBuffer text;

    private Temporal temporal;
    private final PayloadWindow window = new PayloadWindow();
    private ByteBuf payload;
    private int count;
    /** Of each value its index in the payload, and its length in the lower half: one store, and one look at bounds. */
    private long[] places = {};

    ValueReader() {}

    /** Lies over another payload; there are no values until {@link #ready}. */
    final PayloadWindow over(ByteBuf newPayload) {
        payload = newPayload;
        count = 0;
        window.over(newPayload);
        return window;
    }

    /** Room for the places of so many values, each of which has to be set in front of {@link #ready}. */
    final long[] places(int values) {
        if (values > places.length) {
            places = new long[values];
        }
        return places;
    }

    /** The places are set. */
    final void ready(int values) {
        count = values;
    }

    static long place(int index, int length) {
        return ((long) index << 32) | length;
    }

    /** Begins with values that are all NULL for now. */
    final void start(int values) {
        Arrays.fill(places(values), 0, values, NULL);
        count = values;
    }

    final void setValue(int i, int index, int length) {
        places[i] = place(index, length);
    }

    /** What the values lie in; valid as long as they are. Do not move its indices. */
    public final ByteBuf payload() {
        return payload;
    }

    abstract ColumnType typeOf(int i);

    abstract boolean isUnsignedAt(int i);

    /** True when all values are text, whatever their type. */
    abstract boolean isText();

    abstract String name(int i);

    /** Filled anew for each value that needs it. */
    final Temporal temporal() {
        if (temporal == null) {
            temporal = new Temporal();
        }
        return temporal;
    }

    /** Prints a value whose content is not text already. */
    abstract void print(TextBuffer out, int i);

    /** Prints it as {@link ValueText} does. */
    final void print(TextBuffer out, int i, int decimals) {
        int length = (int) places[i];
        int at = window.at(index(places[i]), length);
        ValueText.append(out, temporal(), typeOf(i), isUnsignedAt(i), decimals, window.bytes(), at, length);
    }

    /** True when the value {@code i} is NULL. Of a NULL, no other method gives anything but an exception. */
    public boolean isNull(int i) {
        return places[checked(i)] == NULL;
    }

    /**
     * An integer: of the integer types, BIT, and of decimals and strings that hold one.
     *
     * @throws ProtocolException when it is none, or not within the range of a {@code long}
     */
    public long getLong(int i) {
        long place = notNull(i);
        ColumnType type = typeOf(i);
        if (type == ColumnType.BIT) {
            return signedOf(bits(i), i);
        }
        int at = window.at(index(place), (int) place);
        if (!isText() && type.isInteger()) {
            long value = BinaryValue.integer(type, isUnsignedAt(i), window.bytes(), at);
            return isUnsignedAt(i) ? signedOf(value, i) : value;
        }
        requireText(i);
        return AsciiNumber.signed(window.bytes(), at, (int) place);
    }

    /**
     * An integer that is not negative, as the 64 bits of an unsigned {@code long}; of the same types as {@link #getLong}.
     *
     * @throws ProtocolException when it is none, or negative, or 2^64 and above
     */
    public long getUnsignedLong(int i) {
        long place = notNull(i);
        ColumnType type = typeOf(i);
        if (type == ColumnType.BIT) {
            return bits(i);
        }
        int at = window.at(index(place), (int) place);
        if (!isText() && type.isInteger()) {
            long value = BinaryValue.integer(type, isUnsignedAt(i), window.bytes(), at);
            if (value < 0 && !isUnsignedAt(i)) {
                throw ProtocolException.malformed(name(i) + " holds " + value + ", no unsigned integer");
            }
            return value;
        }
        requireText(i);
        return AsciiNumber.unsigned(window.bytes(), at, (int) place);
    }

    /**
     * A number as a double, rounded where it has more digits; of all numeric types and of strings that hold one.
     *
     * @throws ProtocolException when it is no number
     */
    public double getDouble(int i) {
        long place = notNull(i);
        ColumnType type = typeOf(i);
        int at = window.at(index(place), (int) place);
        if (!isText()) {
            if (type == ColumnType.DOUBLE) {
                return BinaryValue.real(window.bytes(), at);
            }
            if (type == ColumnType.FLOAT) {
                return BinaryValue.shortReal(window.bytes(), at);
            }
            if (type.isInteger()) {
                long value = BinaryValue.integer(type, isUnsignedAt(i), window.bytes(), at);
                return value < 0 && isUnsignedAt(i) ? ((value >>> 1) | (value & 1)) * 2.0 : value;
            }
        }
        requireText(i);
        return AsciiNumber.real(window.bytes(), at, (int) place);
    }

    /**
     * A date, a date with time, or a time; of these types and of strings that hold one.
     *
     * @param into is filled; unchanged or half filled after an exception
     * @throws ProtocolException when it is none
     */
    public void getTemporal(int i, Temporal into) {
        long place = notNull(i);
        ColumnType.BinaryForm form = typeOf(i).binaryForm();
        int at = window.at(index(place), (int) place);
        if (!isText() && (form == ColumnType.BinaryForm.DATE_TIME || form == ColumnType.BinaryForm.TIME)) {
            into.readBinary(form, window.bytes(), at, (int) place);
            return;
        }
        requireText(i);
        TemporalText.read(into, window.bytes(), at, (int) place);
    }

    /**
     * A TIME as microseconds, below zero where it is negative: up to about 3.02e12 either way in MySQL.
     *
     * @throws ProtocolException when it is no time
     */
    public long getTimeMicros(int i) {
        getTemporal(i, temporal());
        if (!temporal.isTime()) {
            throw ProtocolException.malformed(name(i) + " is no time but a date");
        }
        return temporal.timeMicros();
    }

    /**
     * A number in decimal digits with no digit lost and without the zeros that ZEROFILL puts in front: what JSON takes as a
     * number. Of FLOAT and DOUBLE it is what the server prints, possibly with an exponent.
     *
     * @throws ProtocolException when the column is not numeric
     */
    public String getDecimalText(int i) {
        notNull(i);
        ColumnType type = typeOf(i);
        if (!type.isNumeric()) {
            throw ProtocolException.malformed(name(i) + " is no number but " + type);
        }
        String printed = getText(i);
        int zeros = 0;
        while (zeros + 1 < printed.length()
                && printed.charAt(zeros) == '0'
                && printed.charAt(zeros + 1) != '.'
                && printed.charAt(zeros + 1) != 'e') {
            zeros++;
        }
        return zeros == 0 ? printed : printed.substring(zeros);
    }

    /**
     * The bytes of the value as they lie in the row: of text rows the printed value, of binary rows the content without the
     * length in front.
     *
     * @return a slice that shares the row's memory and reference count; retain it to keep it
     */
    public ByteBuf getBytes(int i) {
        long place = notNull(i);
        return payload.slice(index(place), (int) place);
    }

    /** Where {@link #getBytes} begins in the payload, as an absolute index: for readers that do not want the slice. */
    public int valueIndex(int i) {
        return index(notNull(i));
    }

    /** How many bytes {@link #getBytes} has. */
    public int valueBytes(int i) {
        return (int) notNull(i);
    }

    /** The value as text; bytes that are no UTF-8 become U+FFFD. */
    public String getText(int i) {
        long place = notNull(i);
        return isVerbatim(i) ? verbatim(place) : printed(i).toString();
    }

    /**
     * Writes the value to {@code out} as the server prints it in a text row: the same bytes, also of a binary payload.
     *
     * @param out grows as needed; stays the caller's
     */
    public void appendText(int i, ByteBuf out) {
        long place = notNull(i);
        if (isVerbatim(i)) {
            out.writeBytes(payload, index(place), (int) place);
        } else {
            printed(i).copyTo(out);
        }
    }

    /** Appends the value as the server prints it in a text row; bytes that are no UTF-8 become U+FFFD. */
    public void appendText(int i, StringBuilder out) {
        long place = notNull(i);
        if (isVerbatim(i)) {
            out.append(verbatim(place));
        } else {
            printed(i).copyTo(out);
        }
    }

    /** True when the bytes of the value are its text. */
    final boolean isVerbatim(int i) {
        return isText() || typeOf(i).binaryForm() == ColumnType.BinaryForm.STRING;
    }

    private String verbatim(long place) {
        int length = (int) place;
        if (length > PayloadWindow.MAX_BYTES) {
            return payload.toString(index(place), length, StandardCharsets.UTF_8);
        }
        int at = window.at(index(place), length);
        return new String(window.bytes(), at, length, StandardCharsets.UTF_8);
    }

    private TextBuffer printed(int i) {
        if (text == null) {
            text = new TextBuffer();
        }
        print(text.clear(), i);
        return text;
    }

    private long bits(int i) {
        int length = (int) places[i];
        if (length > Long.BYTES) {
            throw ProtocolException.malformed(name(i) + ", a BIT, has " + length + " bytes");
        }
        int at = window.at(index(places[i]), length);
        byte[] bytes = window.bytes();
        long value = 0;
        for (int end = at + length; at < end; at++) {
            value = (value << 8) | (bytes[at] & 0xFF);
        }
        return value;
    }

    private long signedOf(long unsigned, int i) {
        if (unsigned < 0) {
            throw ProtocolException.malformed(
                    name(i) + " holds " + Long.toUnsignedString(unsigned) + ", beyond a signed integer of 64 bits");
        }
        return unsigned;
    }

    private void requireText(int i) {
        if (!isVerbatim(i)) {
            throw ProtocolException.malformed(name(i) + " is no such number but " + typeOf(i));
        }
    }

    /** The place of a value that is there. */
    private long notNull(int i) {
        long place = places[checked(i)];
        if (place == NULL) {
            throw ProtocolException.malformed(name(i) + (isNull(i) ? " is NULL" : " has no value here"));
        }
        return place;
    }

    private static int index(long place) {
        return (int) (place >>> 32);
    }

    private int checked(int i) {
        if (i < 0 || i >= count) {
            throw new IndexOutOfBoundsException("value " + i + " of " + count);
        }
        return i;
    }
}
