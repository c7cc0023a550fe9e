// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.ColumnType.BinaryForm;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;

/**
 * Lies over one row, text or binary, and reads its values; used again for the next row.
 *
 * <pre>
 * text:   for each column: 0xFB for NULL, or string&lt;lenenc&gt;
 * binary: 0x00, a bit for each column behind two unused ones that says NULL, the values that are not NULL
 * </pre>
 *
 * Wrapping finds and checks the bounds of all values at once, so nothing read later can leave the row. The payload stays the
 * caller's and must stay unchanged for as long as the row is read. Not for several threads. The first wrap of a wider row
 * allocates, the others do not; {@link #appendText} and {@link #getLong} do not allocate but for FLOAT, and reals with a fixed number of
 * decimals, of a binary row.
 *
 * <p>A value that is not what a method gives ({@link #getLong} of a date) is a {@link ProtocolException}. Source: dev.mysql.com
 * "Text Resultset Row", "Binary Protocol Resultset Row"; the text of binary values is measured on MySQL 9.7 and MariaDB 11.4.
 */
public final class RowReader extends ValueReader {
    private ColumnDefinition[] columns = new ColumnDefinition[0];
    private boolean binary;

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
        PayloadWindow window = over(payload, columns, false);
        long[] places = places(columns.length);
        byte[] bytes = window.bytes();
        int shift = window.shift();
        int loadedEnd = window.loadedEnd();
        int index = payload.readerIndex();
        int end = payload.writerIndex();
        for (int i = 0; i < columns.length; i++) {
            if (index >= loadedEnd && index < end) {
                window.at(index, 1);
                bytes = window.bytes();
                shift = window.shift();
                loadedEnd = window.loadedEnd();
            }
            long length = index < end ? bytes[index + shift] & 0xFF : -1;
            if (length == LengthEncodedInteger.NULL_MARKER) {
                places[i] = NULL;
                index++;
                continue;
            }
            if (length >= 0 && length < LengthEncodedInteger.NULL_MARKER) {
                index++;
            } else {
                length = LengthEncodedInteger.get(payload, index);
                index += LengthEncodedInteger.sizeAt(payload, index);
            }
            if (length < 0 || length > end - index) {
                throw ProtocolException.malformed("column " + i + " of a text row has " + Long.toUnsignedString(length)
                        + " bytes, " + (end - index) + " are left");
            }
            places[i] = place(index, (int) length);
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
        PayloadWindow window = over(payload, columns, true);
        long[] places = places(columns.length);
        int nulls = payload.readerIndex() + 1;
        int end = payload.writerIndex();
        int index = nulls + (columns.length + 9) / 8;
        if (index > end || payload.getByte(nulls - 1) != 0) {
            throw ProtocolException.malformed(
                    "a binary row of " + payload.readableBytes() + " bytes and " + columns.length + " columns");
        }
        // The NULL bits of 65,535 columns lie in the window as long as it has not moved.
        byte[] bytes = window.bytes();
        int shift = window.shift();
        int someNull = 0;
        for (int i = nulls; i < index; i++) {
            someNull |= bytes[i + shift];
        }
        int loadedEnd = window.loadedEnd();
        for (int i = 0; i < columns.length; i++) {
            if (someNull != 0 && isNullBit(payload, nulls, i + 2)) {
                places[i] = NULL;
                continue;
            }
            ColumnType type = columns[i].type();
            int length = type.fixedBytes();
            if (length == 0 || length > end - index) {
                if (type == ColumnType.NULL) {
                    places[i] = NULL;
                    continue;
                }
                if (index >= loadedEnd && index < end) {
                    window.at(index, 1);
                    bytes = window.bytes();
                    shift = window.shift();
                    loadedEnd = window.loadedEnd();
                }
                length = index < end ? bytes[index + shift] & 0xFF : LengthEncodedInteger.NULL_MARKER;
                if (length < LengthEncodedInteger.NULL_MARKER
                        && length < end - index
                        && type.binaryForm() == BinaryForm.STRING) {
                    index++;
                } else {
                    length = BinaryValue.contentBytes(type, payload, index, end);
                    index += BinaryValue.prefixBytes(type, payload, index);
                }
            }
            places[i] = place(index, length);
            index += length;
        }
        end(index, end);
        return this;
    }

    private static boolean isNullBit(ByteBuf payload, int nulls, int bit) {
        return (payload.getByte(nulls + bit / 8) & 1 << (bit & 7)) != 0;
    }

    private PayloadWindow over(ByteBuf payload, ColumnDefinition[] newColumns, boolean newBinary) {
        columns = newColumns;
        binary = newBinary;
        return over(payload);
    }

    private void end(int index, int end) {
        if (index != end) {
            throw ProtocolException.malformed(
                    "a row of " + columns.length + " columns with " + (end - index) + " more bytes");
        }
        ready(columns.length);
    }

    /** The number of columns of the row. */
    public int columnCount() {
        return columns.length;
    }

    /** The definition of column {@code i}, from 0. */
    public ColumnDefinition column(int i) {
        return columns[i];
    }

    @Override
    ColumnType typeOf(int i) {
        return columns[i].type();
    }

    @Override
    boolean isUnsignedAt(int i) {
        return columns[i].isUnsigned();
    }

    @Override
    boolean isText() {
        return !binary;
    }

    @Override
    String name(int i) {
        return "column " + i;
    }

    @Override
    void print(TextBuffer text, int i) {
        ColumnDefinition column = columns[i];
        int decimals = Math.min(column.decimals(), ColumnDefinition.NOT_FIXED_DECIMALS);
        print(text, i, decimals);
        if ((column.flags() & ColumnDefinition.ZEROFILL_FLAG) != 0) {
            text.padFront((int) Math.min(column.length(), ValueText.MAX_ZEROFILL_WIDTH));
        }
    }
}
