// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;

/** Prints a binary value of any type but those whose content is text already. */
final class ValueText {
    /** The widest number with ZEROFILL: 255 is the greatest display width. */
    static final int MAX_ZEROFILL_WIDTH = 255;

    private ValueText() {}

    /**
     * Appends the value whose content lies at {@code index}.
     *
     * @param temporal is filled where the value is a date or a time
     * @param decimals of the column; 31 when they are not fixed
     */
    static void append(
            TextBuffer out,
            Temporal temporal,
            ColumnType type,
            boolean unsigned,
            int decimals,
            byte[] in,
            int index,
            int length) {
        switch (type.binaryForm()) {
            case INT1, INT2, INT4, INT8 -> {
                long value = BinaryValue.integer(type, unsigned, in, index);
                if (unsigned) {
                    out.appendUnsigned(value);
                } else {
                    out.appendLong(value);
                }
            }
            case FLOAT -> {
                if (decimals < ColumnDefinition.NOT_FIXED_DECIMALS) {
                    RealText.appendFixed(out, BinaryValue.shortReal(in, index), decimals);
                } else {
                    RealText.appendFloat(out, BinaryValue.shortReal(in, index));
                }
            }
            case DOUBLE -> {
                if (decimals < ColumnDefinition.NOT_FIXED_DECIMALS) {
                    RealText.appendFixed(out, BinaryValue.real(in, index), decimals);
                } else {
                    RealText.appendDouble(out, BinaryValue.real(in, index));
                }
            }
            case DATE_TIME, TIME -> {
                temporal.readBinary(type.binaryForm(), in, index, length);
                temporal.append(out, type != ColumnType.DATE && type != ColumnType.NEWDATE, decimals);
            }
            case STRING, NONE -> throw new IllegalStateException("nothing to print: " + type);
        }
    }
}
