// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lies over one row, text or binary, and reads its values in place; used again for the next row.
 *
 * <pre>
 * text:   for each column: 0xFB for NULL, or string&lt;lenenc&gt;
 * binary: 0x00, a bit for each column behind two unused ones that says NULL, the values that are not NULL
 * </pre>
 *
 * Wrapping finds and checks the bounds of all values at once, so nothing read later can leave the row. The payload stays the
 * caller's and must stay unchanged for as long as the row is read. Not for several threads. The first wrap of a wider row
 * allocates, the others do not; {@link #appendText} and {@link #getLong} do not allocate but for FLOAT and DOUBLE of a binary
 * row.
 *
 * <p>A value that is not what a method gives ({@link #getLong} of a date) is a {@link ProtocolException}. Source: dev.mysql.com
 * "Text Resultset Row", "Binary Protocol Resultset Row"; the text of binary values is measured on MySQL 9.7 and MariaDB 11.4.
 */
public final class RowReader {
    private static final int NULL_LENGTH = -1;

    private final TextBuffer text = new TextBuffer();
    private ColumnDefinition[] columns = new ColumnDefinition[0];
    private ByteBuf row;
    private boolean binary;
    private int[] indexes = new int[16];
    private int[] lengths = new int[16];

    /** A reader that lies over nothing yet. */
    public RowReader() {}

    /**
     * Lies over a row of COM_QUERY.
     *
     * @param payload the whole row between its indices, without packet headers; they are not moved
     * @param columns the definitions of the result; not copied
     * @return this
     * @throws ProtocolException when the row does not hold exactly so many values
     */
    public RowReader wrapText(ByteBuf payload, ColumnDefinition[] columns) {
        start(payload, columns, false);
        int index = payload.readerIndex();
        int end = payload.writerIndex();
        for (int i = 0; i < columns.length; i++) {
            if (index < end && payload.getUnsignedByte(index) == LengthEncodedInteger.NULL_MARKER) {
                lengths[i] = NULL_LENGTH;
                index++;
                continue;
            }
            long length = LengthEncodedInteger.get(payload, index);
            index += LengthEncodedInteger.sizeAt(payload, index);
            if (length < 0 || length > end - index) {
                throw ProtocolException.malformed("column " + i + " of a text row has " + Long.toUnsignedString(length)
                        + " bytes, " + (end - index) + " are left");
            }
            indexes[i] = index;
            lengths[i] = (int) length;
            index += (int) length;
        }
        end(index, end);
        return this;
    }

    /**
     * Lies over a row of COM_STMT_EXECUTE or COM_STMT_FETCH.
     *
     * @param payload the whole row between its indices, without packet headers; they are not moved
     * @param columns the definitions of the result; not copied
     * @return this
     * @throws ProtocolException when the row does not hold exactly the values that are not NULL
     */
    public RowReader wrapBinary(ByteBuf payload, ColumnDefinition[] columns) {
        start(payload, columns, true);
        int bits = payload.readerIndex() + 1;
        int end = payload.writerIndex();
        int index = bits + (columns.length + 9) / 8;
        if (index > end || payload.getByte(bits - 1) != 0) {
            throw ProtocolException.malformed(
                    "a binary row of " + payload.readableBytes() + " bytes and " + columns.length + " columns");
        }
        for (int i = 0; i < columns.length; i++) {
            if ((payload.getByte(bits + (i + 2) / 8) & (1 << ((i + 2) & 7))) != 0
                    || columns[i].type() == ColumnType.NULL) {
                lengths[i] = NULL_LENGTH;
                continue;
            }
            ColumnType type = columns[i].type();
            int length = BinaryValue.contentBytes(type, payload, index, end);
            index += BinaryValue.prefixBytes(type, payload, index);
            indexes[i] = index;
            lengths[i] = length;
            index += length;
        }
        end(index, end);
        return this;
    }

    private void start(ByteBuf payload, ColumnDefinition[] newColumns, boolean newBinary) {
        row = payload;
        columns = newColumns;
        binary = newBinary;
        if (newColumns.length > indexes.length) {
            indexes = new int[newColumns.length];
            lengths = new int[newColumns.length];
        }
        // Nothing of the row before is read when this one is malformed.
        Arrays.fill(lengths, 0, newColumns.length, NULL_LENGTH);
    }

    private void end(int index, int end) {
        if (index != end) {
            throw ProtocolException.malformed(
                    "a row of " + columns.length + " columns with " + (end - index) + " more bytes");
        }
    }

    /** The number of columns of the row. */
    public int columnCount() {
        return columns.length;
    }

    /** The definition of column {@code i}, from 0. */
    public ColumnDefinition column(int i) {
        return columns[i];
    }

    /** True when the value of column {@code i} is NULL. Of a NULL, no other method gives anything but an exception. */
    public boolean isNull(int i) {
        return lengths[checked(i)] == NULL_LENGTH;
    }

    /**
     * An integer: of the integer types, BIT, and of decimals and strings that hold one.
     *
     * @throws ProtocolException when it is none, or not within the range of a {@code long}
     */
    public long getLong(int i) {
        ColumnDefinition column = columns[notNull(i)];
        if (column.type() == ColumnType.BIT) {
            return signedOf(bits(i), i);
        }
        if (binary && column.type().isInteger()) {
            long value = BinaryValue.integer(column.type(), column.isUnsigned(), row, indexes[i]);
            return column.isUnsigned() ? signedOf(value, i) : value;
        }
        requireText(i);
        return AsciiNumber.signed(row, indexes[i], lengths[i]);
    }

    /**
     * An integer that is not negative, as the 64 bits of an unsigned {@code long}; of the same types as {@link #getLong}.
     *
     * @throws ProtocolException when it is none, or negative, or 2^64 and above
     */
    public long getUnsignedLong(int i) {
        ColumnDefinition column = columns[notNull(i)];
        if (column.type() == ColumnType.BIT) {
            return bits(i);
        }
        if (binary && column.type().isInteger()) {
            long value = BinaryValue.integer(column.type(), column.isUnsigned(), row, indexes[i]);
            if (value < 0 && !column.isUnsigned()) {
                throw ProtocolException.malformed("column " + i + " holds " + value + ", no unsigned integer");
            }
            return value;
        }
        requireText(i);
        return AsciiNumber.unsigned(row, indexes[i], lengths[i]);
    }

    /**
     * A number as a double, rounded where it has more digits; of all numeric types and of strings that hold one.
     *
     * @throws ProtocolException when it is no number
     */
    public double getDouble(int i) {
        ColumnType type = columns[notNull(i)].type();
        if (binary) {
            if (type == ColumnType.DOUBLE) {
                return row.getDoubleLE(indexes[i]);
            }
            if (type == ColumnType.FLOAT) {
                return row.getFloatLE(indexes[i]);
            }
            if (type.isInteger()) {
                long value = BinaryValue.integer(type, columns[i].isUnsigned(), row, indexes[i]);
                return value < 0 && columns[i].isUnsigned() ? ((value >>> 1) | (value & 1)) * 2.0 : value;
            }
        }
        requireText(i);
        return AsciiNumber.real(row, indexes[i], lengths[i]);
    }

    /**
     * A number in decimal digits with no digit lost and without the zeros that ZEROFILL puts in front: what JSON takes as a
     * number. Of FLOAT and DOUBLE it is what the server prints, possibly with an exponent.
     *
     * @throws ProtocolException when the column is not numeric
     */
    public String getDecimalText(int i) {
        ColumnDefinition column = columns[notNull(i)];
        if (!column.type().isNumeric()) {
            throw ProtocolException.malformed("column " + i + " is no number but " + column.type());
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
        return row.slice(indexes[notNull(i)], lengths[i]);
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
            return row.toString(indexes[i], lengths[i], StandardCharsets.UTF_8);
        }
        return printed(i).toString();
    }

    /**
     * Writes the value to {@code out} as the server prints it in a text row: the same bytes, also of a binary row.
     *
     * @param out grows as needed; stays the caller's
     */
    public void appendText(int i, ByteBuf out) {
        if (isVerbatim(notNull(i))) {
            out.writeBytes(row, indexes[i], lengths[i]);
        } else {
            printed(i).copyTo(out);
        }
    }

    /** Appends the value as the server prints it in a text row; bytes that are no UTF-8 become U+FFFD. */
    public void appendText(int i, StringBuilder out) {
        if (isVerbatim(notNull(i))) {
            out.append(row.toString(indexes[i], lengths[i], StandardCharsets.UTF_8));
        } else {
            printed(i).copyTo(out);
        }
    }

    private boolean isVerbatim(int i) {
        return !binary || columns[i].type().binaryForm() == ColumnType.BinaryForm.STRING;
    }

    private TextBuffer printed(int i) {
        ColumnDefinition column = columns[i];
        text.clear();
        ValueText.append(
                text,
                column.type(),
                column.isUnsigned(),
                Math.min(column.decimals(), ColumnDefinition.NOT_FIXED_DECIMALS),
                row,
                indexes[i],
                lengths[i]);
        if ((column.flags() & ColumnDefinition.ZEROFILL_FLAG) != 0) {
            text.padFront((int) Math.min(column.length(), ValueText.MAX_ZEROFILL_WIDTH));
        }
        return text;
    }

    private long bits(int i) {
        if (lengths[i] > Long.BYTES) {
            throw ProtocolException.malformed("column " + i + ", a BIT, has " + lengths[i] + " bytes");
        }
        long value = 0;
        for (int at = indexes[i]; at < indexes[i] + lengths[i]; at++) {
            value = (value << 8) | row.getUnsignedByte(at);
        }
        return value;
    }

    private static long signedOf(long unsigned, int i) {
        if (unsigned < 0) {
            throw ProtocolException.malformed("column " + i + " holds " + Long.toUnsignedString(unsigned)
                    + ", beyond a signed integer of 64 bits");
        }
        return unsigned;
    }

    private void requireText(int i) {
        if (!isVerbatim(i)) {
            throw ProtocolException.malformed("column " + i + " is no such number but " + columns[i].type());
        }
    }

    private int notNull(int i) {
        if (isNull(i)) {
            throw ProtocolException.malformed("column " + i + " is NULL");
        }
        return i;
    }

    private int checked(int i) {
        if (i < 0 || i >= columns.length) {
            throw new IndexOutOfBoundsException("column " + i + " of " + columns.length);
        }
        return i;
    }
}
