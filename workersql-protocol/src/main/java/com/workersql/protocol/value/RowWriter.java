// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.ColumnType.BinaryForm;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;

/**
 * Writes one row, text or binary, value by value: {@link #begin}, one call for each column in order, {@link #end}; or, with the
 * header of a packet, {@link #beginPacket} and {@link #endPacket}. Used again for the next row. Not for several threads.
 *
 * <p>In a text row every value is printed. In a binary row a value has to fit the column: integers into integer columns that are
 * wide enough, doubles into FLOAT and DOUBLE, anything that can be printed into columns whose form is a string; other content
 * by {@link #addContent}. What does not fit is an {@link IllegalArgumentException}. Source: dev.mysql.com "Text Resultset Row",
 * "Binary Protocol Resultset Row".
 */
public final class RowWriter {
    /** Values that are longer go to the buffer straight away; so does what is staged when it is more. */
    private static final int MAX_STAGED_BYTES = 8 * 1024;

    private final TextBuffer text = new TextBuffer();
    /** The row, or the part of it that is not in {@link #out} yet. */
    private final TextBuffer staged = new TextBuffer();

    private ByteBuf out;
    private ColumnDefinition[] columns = {};
    private boolean binary;
    private int next;
    private int start;
    private int headerBytes;
    private boolean flushed;

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
        return begin(out, columns, binary, 0);
    }

    /**
     * Begins a row that becomes a whole packet: {@link #endPacket} ends it.
     *
     * @param out grows as needed; stays the caller's, who leaves it alone up to {@link #endPacket}
     * @param columns the definitions of the result
     * @param binary true for the form of COM_STMT_EXECUTE
     * @return this
     */
    public RowWriter beginPacket(ByteBuf out, ColumnDefinition[] columns, boolean binary) {
        return begin(out, columns, binary, PacketEncoder.HEADER_BYTES);
    }

    private RowWriter begin(ByteBuf out, ColumnDefinition[] columns, boolean binary, int headerBytes) {
        this.out = out;
        this.headerBytes = headerBytes;
        this.columns = columns;
        this.binary = binary;
        next = 0;
        start = out.writerIndex();
        flushed = false;
        staged.clear().skip(headerBytes);
        if (binary) {
            staged.appendZeroBytes(1 + (columns.length + 9) / 8);
        }
        return this;
    }

    /** The next value is NULL. */
    public RowWriter addNull() {
        next();
        if (!binary) {
            staged.appendByte(LengthEncodedInteger.NULL_MARKER);
            return this;
        }
        int index = headerBytes + 1 + (next + 1) / 8;
        int bit = 1 << ((next + 1) & 7);
        if (flushed) {
            out.setByte(start + index, out.getByte(start + index) | bit);
        } else {
            staged.set(index, staged.get(index) | bit);
        }
        return this;
    }

    /** The next value is an integer. */
    public RowWriter addLong(long value) {
        ColumnDefinition column = next();
        if (isPrinted(column)) {
            staged.appendLongValue(value);
            return this;
        }
        return addInteger(column, value, value < 0 && column.isUnsigned());
    }

    /** The next value is an integer of 64 bits without sign. */
    public RowWriter addUnsignedLong(long value) {
        ColumnDefinition column = next();
        if (!isPrinted(column)) {
            return addInteger(column, value, value < 0 && !column.isUnsigned());
        }
        staged.appendUnsignedValue(value);
        return this;
    }

    /** The next value is a double. */
    public RowWriter addDouble(double value) {
        ColumnDefinition column = next();
        if (isPrinted(column)) {
            int lengthIndex = staged.length();
            staged.appendByte(0);
            RealText.appendDouble(staged, value);
            return endShort(lengthIndex);
        }
        switch (column.type().binaryForm()) {
            case DOUBLE -> staged.appendLongBytes(Double.doubleToRawLongBits(value));
            case FLOAT -> staged.appendInt(Float.floatToRawIntBits((float) value));
            default -> throw doesNotFit(column, "a double");
        }
        return this;
    }

    /** Fills in the length of a number, date or time, which never has as many as 251 bytes. */
    private RowWriter endShort(int lengthIndex) {
        staged.set(lengthIndex, staged.length() - lengthIndex - 1);
        return this;
    }

    /** The next value is a decimal, of which all digits are printed, never an exponent. */
    public RowWriter addDecimal(BigDecimal value) {
        ColumnDefinition column = next();
        if (!isPrinted(column)) {
            throw doesNotFit(column, "a decimal");
        }
        if (DecimalText.isShort(value)) {
            int lengthIndex = staged.length();
            staged.appendByte(0);
            DecimalText.appendShort(staged, value);
            return endShort(lengthIndex);
        }
        text.clear().append(value.toPlainString());
        return addPrinted();
    }

    /** The next value is text, written as UTF-8. */
    public RowWriter addText(CharSequence value) {
        ColumnDefinition column = next();
        if (!isPrinted(column)) {
            throw doesNotFit(column, "text");
        }
        if (value instanceof String ascii && ascii.length() <= MAX_STAGED_BYTES && staged.appendAsciiValue(ascii)) {
            return this;
        }
        flush();
        ProtocolStrings.writeLengthEncoded(out, value);
        return this;
    }

    /** The next value is these bytes. */
    public RowWriter addBytes(byte[] value) {
        ColumnDefinition column = next();
        if (!isPrinted(column)) {
            throw doesNotFit(column, "bytes");
        }
        staged.appendLengthEncoded(value.length);
        if (value.length <= MAX_STAGED_BYTES) {
            staged.append(value, 0, value.length);
        } else {
            flush();
            out.writeBytes(value);
        }
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
        addPrefix(column, content.readableBytes());
        return addBytes(content, content.readerIndex(), content.readableBytes());
    }

    /** What stands in front of a content, by which it is told how long it is. */
    private void addPrefix(ColumnDefinition column, int length) {
        BinaryForm form = column.type().binaryForm();
        if (isPrinted(column)) {
            staged.appendLengthEncoded(length);
        } else if (form == BinaryForm.DATE_TIME || form == BinaryForm.TIME) {
            staged.appendByte(length);
        }
    }

    private RowWriter addBytes(ByteBuf source, int index, int length) {
        if (length <= MAX_STAGED_BYTES) {
            staged.append(source, index, length);
        } else {
            flush();
            out.writeBytes(source, index, length);
        }
        return this;
    }

    /** The next value is a date, a date with time, or a time; printed with as many digits of a fraction as the column has. */
    public RowWriter addTemporal(Temporal value) {
        ColumnDefinition column = next();
        BinaryForm form = column.type().binaryForm();
        if (isPrinted(column)) {
            boolean clock = column.type() != ColumnType.DATE && column.type() != ColumnType.NEWDATE;
            int lengthIndex = staged.length();
            staged.appendByte(0);
            value.append(staged, clock, Math.min(column.decimals(), ColumnDefinition.NOT_FIXED_DECIMALS));
            return endShort(lengthIndex);
        }
        if (form != (value.isTime() ? BinaryForm.TIME : BinaryForm.DATE_TIME)) {
            throw doesNotFit(column, value.isTime() ? "a time" : "a date");
        }
        value.appendBinary(staged, column.type());
        return this;
    }

    /**
     * The next value is one of another row, of either form: a text row gets what the server would print, a binary row the value. No
     * allocation but as {@link RowReader} says.
     *
     * @param row its column has the type of the column here
     * @param i which value, from 0
     * @throws ProtocolException when a text that becomes binary is not what its type says
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
        if (isPrinted(column) || !row.isText()) {
            addPrefix(column, row.valueBytes(i));
            return addBytes(row.payload(), row.valueIndex(i), row.valueBytes(i));
        }
        switch (form) {
            case FLOAT -> staged.appendInt(Float.floatToRawIntBits((float) row.getDouble(i)));
            case DOUBLE -> staged.appendLongBytes(Double.doubleToRawLongBits(row.getDouble(i)));
            case DATE_TIME, TIME -> {
                row.getTemporal(i, row.temporal());
                row.temporal().appendBinary(staged, column.type());
            }
            case INT1, INT2, INT4, INT8 -> {
                boolean unsigned = column.isUnsigned() || column.type() == ColumnType.YEAR;
                long value = unsigned ? row.getUnsignedLong(i) : row.getLong(i);
                if (!fits(column, value)) {
                    throw ProtocolException.malformed(
                            column.name() + " of type " + column.type() + " holds " + row.getText(i));
                }
                addInteger(column, value, false);
            }
            default ->
                throw ProtocolException.malformed(column.name() + " of type " + column.type() + " holds a value");
        }
        return this;
    }

    /**
     * The row is complete.
     *
     * @throws IllegalStateException when values are missing
     */
    public void end() {
        if (headerBytes > 0) {
            throw new IllegalStateException("a row that began as a packet ends by endPacket");
        }
        requireAll();
        flush();
    }

    /**
     * The packet is complete.
     *
     * @param sequenceId of the packet, or of the first where the row has 16 MB or more; only its low eight bits count
     * @return the sequence id for the next packet, 0 to 255
     * @throws IllegalStateException when values are missing
     */
    public int endPacket(int sequenceId) {
        if (headerBytes == 0) {
            throw new IllegalStateException("a row that did not begin as a packet");
        }
        requireAll();
        int length = staged.length() - headerBytes;
        if (flushed || length >= PacketDecoder.MAX_PACKET_BYTES) {
            flush();
            return PacketEncoder.finish(out, start, sequenceId);
        }
        staged.setInt(0, length | (sequenceId << 24));
        flush();
        return (sequenceId + 1) & 0xFF;
    }

    private void requireAll() {
        if (next != columns.length) {
            throw new IllegalStateException("a row of " + columns.length + " columns got " + next + " values");
        }
    }

    private void flush() {
        staged.copyTo(out);
        staged.clear();
        flushed = true;
    }

    private ColumnDefinition next() {
        if (next >= columns.length) {
            throw new IllegalStateException("a row of " + columns.length + " columns got one more value");
        }
        if (staged.length() > MAX_STAGED_BYTES) {
            flush();
        }
        return columns[next++];
    }

    private boolean isPrinted(ColumnDefinition column) {
        return !binary || column.type().binaryForm() == BinaryForm.STRING;
    }

    private RowWriter addPrinted() {
        staged.appendLengthEncoded(text.length());
        staged.append(text);
        return this;
    }

    /** True when a column, of an integer type, can hold the number. */
    private static boolean fits(ColumnDefinition column, long value) {
        int bits = 8 * column.type().fixedBytes();
        return bits == 64
                || (column.isUnsigned()
                        ? value >>> bits == 0
                        : value >= -(1L << (bits - 1)) && value < 1L << (bits - 1));
    }

    private RowWriter addInteger(ColumnDefinition column, long value, boolean wrongSign) {
        ColumnType type = column.type();
        if (type == ColumnType.LONGLONG && !wrongSign) {
            staged.appendLongBytes(value);
            return this;
        }
        int bits = type.isInteger() ? 8 * type.fixedBytes() : 0;
        if (bits == 0) {
            throw doesNotFit(column, "an integer");
        }
        if (wrongSign || !fits(column, value)) {
            throw doesNotFit(column, "the integer " + value);
        }
        switch (bits) {
            case 8 -> staged.appendByte((int) value);
            case 16 -> staged.appendShort((int) value);
            case 32 -> staged.appendInt((int) value);
            default -> staged.appendLongBytes(value);
        }
        return this;
    }

    private static IllegalArgumentException doesNotFit(ColumnDefinition column, String what) {
        return new IllegalArgumentException(
                what + " does not fit the binary form of column " + column.name() + " of type " + column.type());
    }
}
