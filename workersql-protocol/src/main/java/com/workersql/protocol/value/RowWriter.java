// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;

/**
 * Writes one row, text or binary, value by value: {@link #begin}, one call for each column in order, {@link #end}; or, with the
 * header of a packet, {@link #beginPacket} and {@link #endPacket}; or all values at once by {@link #addPacket}. Used again for the next row.
 * Not for several threads.
 *
 * <p>In a text row every value is printed. In a binary row a value has to fit the column: integers into integer columns that are
 * wide enough, doubles into FLOAT and DOUBLE, anything that can be printed into columns whose form is a string; other content
 * by {@link #addContent}. What does not fit is an {@link IllegalArgumentException}. Source: dev.mysql.com "Text Resultset Row",
 * "Binary Protocol Resultset Row".
 */
public final class RowWriter {
    /** Text that has a character beyond ASCII, and more characters, goes to the buffer straight away. */
    private static final int MAX_STAGED_CHARS = RowStage.MAX_BYTES / Utf8Bytes.MAX_BYTES_OF_CHAR;

    private final RowStage stage;
    /** The stage's bytes. */
    private final TextBuffer staged;

    private final TextBuffer text = new TextBuffer();
    private final Temporal temporal = new Temporal();

    private ColumnDefinition[] columns = {};
    private boolean binary;
    /** {@link RowLayout} of the columns. */
    private byte[] layout = {};
    /** {@link ShortValue#kind} of the value that each column had when it last had another than before. */
    private byte[] kinds = {};

    private int next;

    /** A writer that has not begun, and writes each row when it is complete. */
    public RowWriter() {
        this(false);
    }

    private RowWriter(boolean holding) {
        stage = new RowStage(holding);
        staged = stage.bytes;
    }

    /**
     * A writer that holds complete packets back, up to 4 KiB of them, and writes them together: a buffer takes some
     * kilobytes at once for little more than what a short row costs it. What it holds is in the buffer after {@link #flush}, and not surely before.
     */
    public static RowWriter holding() {
        return new RowWriter(true);
    }

    /**
     * Begins a row.
     *
     * @param out grows as needed; stays the caller's, who leaves it alone up to {@link #end}
     * @param columns the definitions of the result; not changed as long as rows of it are written
     * @param binary true for the form of COM_STMT_EXECUTE
     * @return this
     * @throws IllegalStateException when packets are held for another buffer
     */
    public RowWriter begin(ByteBuf out, ColumnDefinition[] columns, boolean binary) {
        return begin(out, columns, binary, 0);
    }

    /**
     * Begins a row that becomes a whole packet: {@link #endPacket} ends it.
     *
     * @param out grows as needed; stays the caller's, who leaves it alone up to {@link #endPacket}, or {@link #flush} where packets are held
     * @param columns the definitions of the result; not changed as long as rows of it are written
     * @param binary true for the form of COM_STMT_EXECUTE
     * @return this
     * @throws IllegalStateException when packets are held for another buffer
     */
    public RowWriter beginPacket(ByteBuf out, ColumnDefinition[] columns, boolean binary) {
        return begin(out, columns, binary, PacketEncoder.HEADER_BYTES);
    }

    private RowWriter begin(ByteBuf out, ColumnDefinition[] ofResult, boolean isBinary, int headerBytes) {
        stage.begin(out, headerBytes);
        setResult(ofResult, isBinary);
        next = 0;
        if (isBinary) {
            staged.appendZeroBytes(RowLayout.binaryHeadBytes(layout.length));
        }
        return this;
    }

    private void setResult(ColumnDefinition[] ofResult, boolean isBinary) {
        if (ofResult != columns || isBinary != binary) {
            layout = RowLayout.of(ofResult, isBinary);
            kinds = new byte[layout.length];
            columns = ofResult;
            binary = isBinary;
        }
    }

    /** The next value is NULL. */
    public RowWriter addNull() {
        next();
        if (binary) {
            stage.setBits(RowLayout.nullByte(next - 1), RowLayout.nullBit(next - 1));
        } else {
            staged.appendByte(LengthEncodedInteger.NULL_MARKER);
        }
        return this;
    }

    /**
     * Writes a row as a whole packet, as {@link #beginPacket}, {@link #addObject} for each value and {@link #endPacket} do, but faster.
     *
     * @param out as in {@link #beginPacket}
     * @param columns as in {@link #beginPacket}
     * @param binary true for the form of COM_STMT_EXECUTE
     * @param values one for each column
     * @param sequenceId of the packet, or of the first where the row has 16 MB or more; only its low eight bits count
     * @return the sequence id for the next packet, 0 to 255
     * @throws IllegalStateException when there are more or fewer values than columns, or packets are held for another buffer
     */
    public int addPacket(ByteBuf out, ColumnDefinition[] columns, boolean binary, List<?> values, int sequenceId) {
        setResult(columns, binary);
        int count = layout.length;
        if (values.size() != count) {
            throw new IllegalStateException("a row of " + count + " columns got " + values.size() + " values");
        }
        next = stage.begin(out, layout, kinds, binary, values);
        while (next < count) {
            Object value = values.get(next);
            kinds[next] = value == null ? kinds[next] : ShortValue.kind(layout[next], value);
            addObject(value);
            next = stage.appendShort(staged.length(), layout, kinds, binary, values, next);
        }
        return endPacket(sequenceId);
    }

    /**
     * The next value is null, an Integer or Long, a Double, a BigDecimal, a LocalDate, LocalDateTime, LocalTime or Duration (of a TIME), a
     * byte array, or else printed by {@code toString}.
     */
    public RowWriter addObject(Object value) {
        if (value instanceof Long number) {
            return addLong(number);
        } else if (value instanceof String string) {
            return addText(string);
        } else if (value == null) {
            return addNull();
        } else if (value instanceof Integer number) {
            return addLong(number);
        } else if (value instanceof BigDecimal number) {
            return addDecimal(number);
        } else if (value instanceof LocalDateTime dateTime) {
            return addTemporal(temporal.set(dateTime));
        } else if (value instanceof Double number) {
            return addDouble(number);
        } else if (value instanceof byte[] bytes) {
            return addBytes(bytes);
        }
        return temporal.isSet(value) ? addTemporal(temporal) : addText(value.toString());
    }

    /** The next value is an integer. */
    public RowWriter addLong(long value) {
        int code = next();
        if (RowLayout.isPrinted(code)) {
            staged.appendLongValue(value);
            return this;
        }
        return addInteger(code, value, value < 0 && code >= RowLayout.UNSIGNED);
    }

    /** The next value is an integer of 64 bits without sign. */
    public RowWriter addUnsignedLong(long value) {
        int code = next();
        if (RowLayout.isPrinted(code)) {
            staged.appendUnsignedValue(value);
            return this;
        }
        return addInteger(code, value, value < 0 && code < RowLayout.UNSIGNED);
    }

    /** The next value is a double. */
    public RowWriter addDouble(double value) {
        switch (next()) {
            case RowLayout.DOUBLE -> staged.appendLongBytes(Double.doubleToRawLongBits(value));
            case RowLayout.FLOAT -> staged.appendInt(Float.floatToRawIntBits((float) value));
            case RowLayout.PRINTED, RowLayout.PRINTED_TO_SECONDS -> {
                int lengthIndex = staged.length();
                staged.appendByte(0);
                RealText.appendDouble(staged, value);
                return endShort(lengthIndex);
            }
            default -> throw doesNotFit("a double");
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
        nextPrinted("a decimal");
        if (DecimalText.isShort(value)) {
            staged.appendShortDecimalValue(value);
            return this;
        }
        text.clear().append(value.toPlainString());
        return addPrinted();
    }

    /** The next value is text, written as UTF-8. */
    public RowWriter addText(CharSequence value) {
        nextPrinted("text");
        int length = value.length();
        if (value instanceof String ascii && length <= RowStage.MAX_BYTES && staged.appendAsciiValue(ascii)) {
            return this;
        }
        if (length <= MAX_STAGED_CHARS) {
            staged.appendUtf8Value(value);
        } else {
            ProtocolStrings.writeLengthEncoded(stage.write(), value);
        }
        return this;
    }

    /** The next value is these bytes. */
    public RowWriter addBytes(byte[] value) {
        nextPrinted("bytes");
        if (value.length <= RowStage.MAX_BYTES) {
            staged.appendBytesValue(value);
        } else {
            staged.appendLengthEncoded(value.length);
            stage.write().writeBytes(value);
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
        addPrefix(next(), content.readableBytes());
        return addBytes(content, content.readerIndex(), content.readableBytes());
    }

    /** What stands in front of a content, by which it is told how long it is. */
    private void addPrefix(int code, int length) {
        if (RowLayout.isPrinted(code)) {
            staged.appendLengthEncoded(length);
        } else if (code == RowLayout.DATE_TIME || code == RowLayout.TIME) {
            staged.appendByte(length);
        }
    }

    private RowWriter addBytes(ByteBuf source, int index, int length) {
        if (length <= RowStage.MAX_BYTES) {
            staged.append(source, index, length);
        } else {
            stage.write().writeBytes(source, index, length);
        }
        return this;
    }

    /** The next value is a date, a date with time, or a time; printed with as many digits of a fraction as the column has. */
    public RowWriter addTemporal(Temporal value) {
        int code = next();
        ColumnDefinition column = columns[next - 1];
        if (RowLayout.isPrinted(code)) {
            boolean clock = column.type() != ColumnType.DATE && column.type() != ColumnType.NEWDATE;
            int lengthIndex = staged.length();
            staged.appendByte(0);
            value.append(staged, clock, Math.min(column.decimals(), ColumnDefinition.NOT_FIXED_DECIMALS));
            return endShort(lengthIndex);
        }
        if (code != (value.isTime() ? RowLayout.TIME : RowLayout.DATE_TIME)) {
            throw doesNotFit(value.isTime() ? "a time" : "a date");
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
        int code = next();
        if (!binary && !row.isVerbatim(i)) {
            row.print(text.clear(), i);
            return addPrinted();
        }
        if (RowLayout.isPrinted(code) || !row.isText()) {
            addPrefix(code, row.valueBytes(i));
            return addBytes(row.payload(), row.valueIndex(i), row.valueBytes(i));
        }
        BinaryOfText.append(staged, row, i, code, columns[next - 1]);
        return this;
    }

    /**
     * The row is complete.
     *
     * @throws IllegalStateException when values are missing
     */
    public void end() {
        if (stage.isPacket()) {
            throw new IllegalStateException("a row that began as a packet ends by endPacket");
        }
        requireAll();
        stage.write();
    }

    /**
     * The packet is complete.
     *
     * @param sequenceId of the packet, or of the first where the row has 16 MB or more; only its low eight bits count
     * @return the sequence id for the next packet, 0 to 255
     * @throws IllegalStateException when values are missing
     */
    public int endPacket(int sequenceId) {
        if (!stage.isPacket()) {
            throw new IllegalStateException("a row that did not begin as a packet");
        }
        requireAll();
        return stage.endPacket(sequenceId);
    }

    /** Writes the packets that are held, to the buffer of the last row. A row that was begun and not ended is no more. */
    public void flush() {
        next = layout.length;
        stage.flush();
    }

    private void requireAll() {
        if (next != layout.length) {
            throw new IllegalStateException("a row of " + layout.length + " columns got " + next + " values");
        }
    }

    /** The {@link RowLayout} of the next column. */
    private int next() {
        if (next >= layout.length) {
            throw new IllegalStateException("a row of " + layout.length + " columns got one more value");
        }
        if (staged.length() > RowStage.MAX_BYTES) {
            stage.write();
        }
        return layout[next++];
    }

    private void nextPrinted(String what) {
        if (!RowLayout.isPrinted(next())) {
            throw doesNotFit(what);
        }
    }

    private RowWriter addPrinted() {
        staged.appendLengthEncoded(text.length());
        staged.append(text);
        return this;
    }

    private RowWriter addInteger(int code, long value, boolean wrongSign) {
        if (!RowLayout.isInteger(code)) {
            throw doesNotFit("an integer");
        }
        if (wrongSign || !RowLayout.fits(code, value)) {
            throw doesNotFit("the integer " + value);
        }
        staged.appendLowBytes(value, RowLayout.integerBytes(code));
        return this;
    }

    private IllegalArgumentException doesNotFit(String what) {
        return RowLayout.doesNotFit(what, columns[next - 1]);
    }
}
