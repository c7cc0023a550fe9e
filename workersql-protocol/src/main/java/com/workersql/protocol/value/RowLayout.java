// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;

/**
 * How a value of each column lies in a row: found out once for all rows of a result, so that each value costs one look. An integer column
 * is told by how many bits it has less than a {@code long}, with {@link #UNSIGNED} added where it has no sign.
 */
final class RowLayout {
    /** Length-encoded text or bytes. */
    static final int PRINTED = 127;
    /** The same, of a date with time whose seconds have no fraction. */
    static final int PRINTED_TO_SECONDS = 126;
    /** Added to the missing bits of an integer. */
    static final int UNSIGNED = 64;

    /** A signed integer of eight bytes. */
    static final int LONG = 0;

    static final int DOUBLE = -1;
    static final int FLOAT = -2;
    static final int DATE_TIME = -3;
    static final int TIME = -4;
    /** No value at all. */
    static final int NONE = -5;

    private RowLayout() {}

    /** A code for each column. */
    static byte[] of(ColumnDefinition[] columns, boolean binary) {
        byte[] codes = new byte[columns.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (binary ? binaryCode(columns[i]) : printedCode(columns[i]));
        }
        return codes;
    }

    private static int printedCode(ColumnDefinition column) {
        boolean dateTime = column.type() == ColumnType.DATETIME || column.type() == ColumnType.TIMESTAMP;
        return dateTime && column.decimals() == 0 ? PRINTED_TO_SECONDS : PRINTED;
    }

    private static int binaryCode(ColumnDefinition column) {
        ColumnType type = column.type();
        return switch (type.binaryForm()) {
            case STRING -> PRINTED;
            case DOUBLE -> DOUBLE;
            case FLOAT -> FLOAT;
            case DATE_TIME -> DATE_TIME;
            case TIME -> TIME;
            case NONE -> NONE;
            case INT1, INT2, INT4, INT8 ->
                Long.SIZE - Byte.SIZE * type.fixedBytes() + (column.isUnsigned() ? UNSIGNED : 0);
        };
    }

    static boolean isPrinted(int code) {
        return code >= PRINTED_TO_SECONDS;
    }

    static boolean isInteger(int code) {
        return code >= 0 && !isPrinted(code);
    }

    /** True when an integer column can hold the number, whose sign was looked at where it has all 64 bits. */
    static boolean fits(int code, long value) {
        int missing = code & (UNSIGNED - 1);
        return (code < UNSIGNED ? value << missing >> missing : value << missing >>> missing) == value;
    }

    /** How many bytes stand in front of the values of a binary row: a zero, and the bits of NULLs. */
    static int binaryHeadBytes(int columns) {
        return 1 + (columns + 9) / 8;
    }

    /** The byte of a binary row that has the {@link #nullBit} of a column. */
    static int nullByte(int column) {
        return 1 + (column + 2) / 8;
    }

    static int nullBit(int column) {
        return 1 << ((column + 2) & 7);
    }

    /** How many bytes an integer column has. */
    static int integerBytes(int code) {
        return (Long.SIZE - (code & (UNSIGNED - 1))) / Byte.SIZE;
    }

    static IllegalArgumentException doesNotFit(String what, ColumnDefinition column) {
        return new IllegalArgumentException(
                what + " does not fit the binary form of column " + column.name() + " of type " + column.type());
    }
}
