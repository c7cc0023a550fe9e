// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;

/** A value of a text row as it lies in a binary one. */
final class BinaryOfText {
    private BinaryOfText() {}

    /**
     * Appends value {@code i} of a text row, which is not NULL.
     *
     * @param code the column's {@link RowLayout} in the binary row, not printed
     * @throws ProtocolException when the text is not what its type says
     */
    static void append(TextBuffer out, RowReader row, int i, int code, ColumnDefinition column) {
        switch (code) {
            case RowLayout.FLOAT -> out.appendInt(Float.floatToRawIntBits((float) row.getDouble(i)));
            case RowLayout.DOUBLE -> out.appendLongBytes(Double.doubleToRawLongBits(row.getDouble(i)));
            case RowLayout.DATE_TIME, RowLayout.TIME -> {
                row.getTemporal(i, row.temporal());
                row.temporal().appendBinary(out, column.type());
            }
            case RowLayout.NONE ->
                throw ProtocolException.malformed(column.name() + " of type " + column.type() + " holds a value");
            default -> {
                boolean unsigned = column.isUnsigned() || column.type() == ColumnType.YEAR;
                long value = unsigned ? row.getUnsignedLong(i) : row.getLong(i);
                if (!RowLayout.fits(code, value)) {
                    throw ProtocolException.malformed(
                            column.name() + " of type " + column.type() + " holds " + row.getText(i));
                }
                out.appendLowBytes(value, RowLayout.integerBytes(code));
            }
        }
    }
}
