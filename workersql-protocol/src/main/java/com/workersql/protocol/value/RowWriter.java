// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.ColumnType.BinaryForm;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Writes the payload of one row, text or binary, value by value: {@link #begin}, one call for each column in order,
 * {@link #end}. Used again for the next row. Not for several threads.
 *
 * <p>In a text row every value is printed. In a binary row a value has to fit the column: integers into integer columns that are
 * wide enough, doubles into FLOAT and DOUBLE, anything that can be printed into columns whose form is a string; other content
 * by {@link #addContent}. What does not fit is an {@link IllegalArgumentException}. Source: dev.mysql.com "Text Resultset Row",
 * "Binary Protocol Resultset Row".
 */
public final class RowWriter {
    private final TextBuffer text = new TextBuffer();
    private ByteBuf out;
    private ColumnDefinition[] columns = {};
    private boolean binary;
    private int next;
    private int nullsIndex;

    /** A writer that has not begun. */
    public RowWriter() {}

    /**
     * Begins a row.
     *
     * @param out grows as needed; stays the caller's, who leaves it alone up to {@link #end}
     * @param columns the definitions of the result
     * @param binary true for the form of COM_STMT_EXECUTE
     * @return this
     */
    public RowWriter begin(ByteBuf out, ColumnDefinition[] columns, boolean binary) {
        this.out = out;
        this.columns = columns;
        this.binary = binary;
        next = 0;
        if (binary) {
            out.writeByte(0);
            nullsIndex = out.writerIndex();
            out.writeZero((columns.length + 9) / 8);
        }
        return this;
    }

    /** The next value is NULL. */
    public RowWriter addNull() {
        next();
        if (binary) {
            int bit = next + 1;
            int index = nullsIndex + bit / 8;
            out.setByte(index, out.getByte(index) | 1 << (bit & 7));
        } else {
            out.writeByte(LengthEncodedInteger.NULL_MARKER);
        }
        return this;
    }

    /** The next value is an integer. */
    public RowWriter addLong(long value) {
        ColumnDefinition column = next();
        if (isPrinted(column)) {
            text.clear().appendLong(value);
            return addPrinted();
        }
        return addInteger(column, value, value < 0 && column.isUnsigned());
    }

    /** The next value is an integer of 64 bits without sign. */
    public RowWriter addUnsignedLong(long value) {
        ColumnDefinition column = next();
        if (isPrinted(column)) {
            text.clear().appendUnsigned(value);
            return addPrinted();
        }
        return addInteger(column, value, value < 0 && !column.isUnsigned());
    }

    /** The next value is a double. */
    public RowWriter addDouble(double value) {
        ColumnDefinition column = next();
        if (isPrinted(column)) {
            text.clear();
            RealText.appendDouble(text, value);
            return addPrinted();
        }
        switch (column.type().binaryForm()) {
            case DOUBLE -> out.writeDoubleLE(value);
            case FLOAT -> out.writeFloatLE((float) value);
            default -> throw doesNotFit(column, "a double");
        }
        return this;
    }

    /** The next value is text, written as UTF-8. */
    public RowWriter addText(CharSequence value) {
        ColumnDefinition column = next();
        if (!isPrinted(column)) {
            throw doesNotFit(column, "text");
        }
        ProtocolStrings.writeLengthEncoded(out, value);
        return this;
    }

    /** The next value is these bytes. */
    public RowWriter addBytes(byte[] value) {
        ColumnDefinition column = next();
        if (!isPrinted(column)) {
            throw doesNotFit(column, "bytes");
        }
        ProtocolStrings.writeLengthEncoded(out, value);
        return this;
    }

    /**
     * The next value has this content, as {@link ValueReader#getBytes} gives it from a row of the same form: printed in a text
     * row, of the column's type in a binary one.
     *
     * @param content its indices do not move; stays the caller's
     */
    public RowWriter addContent(ByteBuf content) {
        ColumnDefinition column = next();
        if (isPrinted(column)) {
            ProtocolStrings.writeLengthEncoded(out, content);
            return this;
        }
        BinaryForm form = column.type().binaryForm();
        if (form == BinaryForm.DATE_TIME || form == BinaryForm.TIME) {
            out.writeByte(content.readableBytes());
        }
        out.writeBytes(content, content.readerIndex(), content.readableBytes());
        return this;
    }

    /** The next value is a date, a date with time, or a time; printed with as many digits of a fraction as the column has. */
    public RowWriter addTemporal(Temporal value) {
        ColumnDefinition column = next();
        BinaryForm form = column.type().binaryForm();
        if (isPrinted(column)) {
            boolean clock = column.type() != ColumnType.DATE && column.type() != ColumnType.NEWDATE;
            value.append(text.clear(), clock, Math.min(column.decimals(), ColumnDefinition.NOT_FIXED_DECIMALS));
            return addPrinted();
        }
        if (form != (value.isTime() ? BinaryForm.TIME : BinaryForm.DATE_TIME)) {
            throw doesNotFit(column, value.isTime() ? "a time" : "a date");
        }
        value.writeBinary(out, column.type());
        return this;
    }

    /**
     * The next value is one of another row, of either form: a text row gets what the server would print, a binary row the value. No
     * allocation but as {@link RowReader} says.
     *
     * @param row its column has the type of the column here
     * @param i which value, from 0
     * @throws com.workersql.protocol.ProtocolException when a text that becomes binary is not what its type says
     */
    public RowWriter addValue(RowReader row, int i) {
        if (row.isNull(i)) {
            return addNull();
        }
        ColumnDefinition column = next();
        if (!binary && !row.isVerbatim(i)) {
            row.print(text.clear(), i);
            return addPrinted();
        }
        BinaryForm form = column.type().binaryForm();
        boolean verbatim = !binary || form == BinaryForm.STRING;
        if (verbatim || !row.isText()) {
            if (verbatim) {
                LengthEncodedInteger.write(out, row.valueBytes(i));
            } else if (form == BinaryForm.DATE_TIME || form == BinaryForm.TIME) {
                out.writeByte(row.valueBytes(i));
            }
            out.writeBytes(row.payload(), row.valueIndex(i), row.valueBytes(i));
            return this;
        }
        switch (form) {
            case FLOAT -> out.writeFloatLE((float) row.getDouble(i));
            case DOUBLE -> out.writeDoubleLE(row.getDouble(i));
            case DATE_TIME, TIME -> {
                row.getTemporal(i, row.temporal());
                row.temporal().writeBinary(out, column.type());
            }
            case INT1, INT2, INT4, INT8 -> {
                boolean unsigned = column.isUnsigned() || column.type() == ColumnType.YEAR;
                addInteger(column, unsigned ? row.getUnsignedLong(i) : row.getLong(i), false);
            }
            default -> throw doesNotFit(column, "a value");
        }
        return this;
    }

    /**
     * The row is complete.
     *
     * @throws IllegalStateException when values are missing
     */
    public void end() {
        if (next != columns.length) {
            throw new IllegalStateException("a row of " + columns.length + " columns got " + next + " values");
        }
    }

    private ColumnDefinition next() {
        if (next >= columns.length) {
            throw new IllegalStateException("a row of " + columns.length + " columns got one more value");
        }
        return columns[next++];
    }

    private boolean isPrinted(ColumnDefinition column) {
        return !binary || column.type().binaryForm() == BinaryForm.STRING;
    }

    private RowWriter addPrinted() {
        LengthEncodedInteger.write(out, text.length());
        text.copyTo(out);
        return this;
    }

    private RowWriter addInteger(ColumnDefinition column, long value, boolean wrongSign) {
        ColumnType type = column.type();
        int bits = switch (type.binaryForm()) {
            case INT1 -> 8;
            case INT2 -> 16;
            case INT4 -> 32;
            case INT8 -> 64;
            default -> throw doesNotFit(column, "an integer");
        };
        boolean fits = bits == 64
                || (column.isUnsigned()
                        ? value >>> bits == 0
                        : value >= -(1L << (bits - 1)) && value < 1L << (bits - 1));
        if (wrongSign || !fits) {
            throw doesNotFit(column, "the integer " + value);
        }
        switch (bits) {
            case 8 -> out.writeByte((int) value);
            case 16 -> out.writeShortLE((int) value);
            case 32 -> out.writeIntLE((int) value);
            default -> out.writeLongLE(value);
        }
        return this;
    }

    private static IllegalArgumentException doesNotFit(ColumnDefinition column, String what) {
        return new IllegalArgumentException(
                what + " does not fit the binary form of column " + column.name() + " of type " + column.type());
    }
}
