// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Values that lie in a payload one behind the other: the columns of a row, or the parameters of an execution. They are read in
 * place, by index from 0.
 *
 * <p>The payload stays the caller's and must stay unchanged for as long as values are read. Not for several threads. A value
 * that is not what a method gives, such as {@link #getLong} of a date, is a {@link ProtocolException}; so is a value that is
 * NULL.
 */
public abstract sealed class ValueReader permits RowReader, ParameterReader, BulkRowReader {
    private static final int NULL_LENGTH = -1;

    private final TextBuffer text = new TextBuffer();
    private final Temporal temporal = new Temporal();
    private ByteBuf payload;
    private int count;
    private int[] indexes = new int[16];
    private int[] lengths = new int[16];

    ValueReader() {}

    /** Lies over another payload, in which all values are NULL for now: none of the payload before is read any more. */
    final void start(ByteBuf newPayload, int newCount) {
        payload = newPayload;
        count = newCount;
        if (newCount > indexes.length) {
            indexes = new int[newCount];
            lengths = new int[newCount];
        }
        Arrays.fill(lengths, 0, newCount, NULL_LENGTH);
    }

    final void setValue(int i, int index, int length) {
        indexes[i] = index;
        lengths[i] = length;
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
        return temporal;
    }

    /** Prints a value whose content is not text already. */
    abstract void print(TextBuffer out, int i);

    /** True when the value {@code i} is NULL. Of a NULL, no other method gives anything but an exception. */
    public boolean isNull(int i) {
        return lengths[checked(i)] == NULL_LENGTH;
    }

    /**
     * An integer: of the integer types, BIT, and of decimals and strings that hold one.
     *
     * @throws ProtocolException when it is none, or not within the range of a {@code long}
     */
    public long getLong(int i) {
        ColumnType type = typeOf(notNull(i));
        if (type == ColumnType.BIT) {
            return signedOf(bits(i), i);
        }
        if (!isText() && type.isInteger()) {
            long value = BinaryValue.integer(type, isUnsignedAt(i), payload, indexes[i]);
            return isUnsignedAt(i) ? signedOf(value, i) : value;
        }
        requireText(i);
        return AsciiNumber.signed(payload, indexes[i], lengths[i]);
    }

    /**
     * An integer that is not negative, as the 64 bits of an unsigned {@code long}; of the same types as {@link #getLong}.
     *
     * @throws ProtocolException when it is none, or negative, or 2^64 and above
     */
    public long getUnsignedLong(int i) {
        ColumnType type = typeOf(notNull(i));
        if (type == ColumnType.BIT) {
            return bits(i);
        }
        if (!isText() && type.isInteger()) {
            long value = BinaryValue.integer(type, isUnsignedAt(i), payload, indexes[i]);
            if (value < 0 && !isUnsignedAt(i)) {
                throw ProtocolException.malformed(name(i) + " holds " + value + ", no unsigned integer");
            }
            return value;
        }
        requireText(i);
        return AsciiNumber.unsigned(payload, indexes[i], lengths[i]);
    }

    /**
     * A number as a double, rounded where it has more digits; of all numeric types and of strings that hold one.
     *
     * @throws ProtocolException when it is no number
     */
    public double getDouble(int i) {
        ColumnType type = typeOf(notNull(i));
        if (!isText()) {
            if (type == ColumnType.DOUBLE) {
                return payload.getDoubleLE(indexes[i]);
            }
            if (type == ColumnType.FLOAT) {
                return payload.getFloatLE(indexes[i]);
            }
            if (type.isInteger()) {
                long value = BinaryValue.integer(type, isUnsignedAt(i), payload, indexes[i]);
                return value < 0 && isUnsignedAt(i) ? ((value >>> 1) | (value & 1)) * 2.0 : value;
            }
        }
        requireText(i);
        return AsciiNumber.real(payload, indexes[i], lengths[i]);
    }

    /**
     * A date, a date with time, or a time; of these types and of strings that hold one.
     *
     * @param into is filled; unchanged or half filled after an exception
     * @throws ProtocolException when it is none
     */
    public void getTemporal(int i, Temporal into) {
        ColumnType.BinaryForm form = typeOf(notNull(i)).binaryForm();
        if (!isText() && (form == ColumnType.BinaryForm.DATE_TIME || form == ColumnType.BinaryForm.TIME)) {
            into.readBinary(form, payload, indexes[i], lengths[i]);
            return;
        }
        requireText(i);
        into.readText(payload, indexes[i], lengths[i]);
    }

    /**
     * A TIME as microseconds, below zero where it is negative: up to about 3.02e12 either way in MySQL.
     *
     * @throws ProtocolException when it is no time
     */
    public long getTimeMicros(int i) {
        getTemporal(i, temporal);
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
        ColumnType type = typeOf(notNull(i));
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
        return payload.slice(indexes[notNull(i)], lengths[i]);
    }

    /** Where {@link #getBytes} begins in the payload, as an absolute index: for readers that do not want the slice. */
    public int valueIndex(int i) {
        return indexes[notNull(i)];
    }

    /** How many bytes {@link #getBytes} has. */
    public int valueBytes(int i) {
        return lengths[notNull(i)];
    }

    /** The value as text; bytes that are no UTF-8 become U+FFFD. */
    public String getText(int i) {
        if (isVerbatim(notNull(i))) {
            return payload.toString(indexes[i], lengths[i], StandardCharsets.UTF_8);
        }
        return printed(i).toString();
    }

    /**
     * Writes the value to {@code out} as the server prints it in a text row: the same bytes, also of a binary payload.
     *
     * @param out grows as needed; stays the caller's
     */
    public void appendText(int i, ByteBuf out) {
        if (isVerbatim(notNull(i))) {
            out.writeBytes(payload, indexes[i], lengths[i]);
        } else {
            printed(i).copyTo(out);
        }
    }

    /** Appends the value as the server prints it in a text row; bytes that are no UTF-8 become U+FFFD. */
    public void appendText(int i, StringBuilder out) {
        if (isVerbatim(notNull(i))) {
            out.append(payload.toString(indexes[i], lengths[i], StandardCharsets.UTF_8));
        } else {
            printed(i).copyTo(out);
        }
    }

    /** True when the bytes of the value are its text. */
    final boolean isVerbatim(int i) {
        return isText() || typeOf(i).binaryForm() == ColumnType.BinaryForm.STRING;
    }

    private TextBuffer printed(int i) {
        print(text.clear(), i);
        return text;
    }

    private long bits(int i) {
        if (lengths[i] > Long.BYTES) {
            throw ProtocolException.malformed(name(i) + ", a BIT, has " + lengths[i] + " bytes");
        }
        long value = 0;
        for (int at = indexes[i]; at < indexes[i] + lengths[i]; at++) {
            value = (value << 8) | payload.getUnsignedByte(at);
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

    private int notNull(int i) {
        if (lengths[checked(i)] == NULL_LENGTH) {
            throw ProtocolException.malformed(name(i) + (isNull(i) ? " is NULL" : " has no value here"));
        }
        return i;
    }

    private int checked(int i) {
        if (i < 0 || i >= count) {
            throw new IndexOutOfBoundsException("value " + i + " of " + count);
        }
        return i;
    }
}
