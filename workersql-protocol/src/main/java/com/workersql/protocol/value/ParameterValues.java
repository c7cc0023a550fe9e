// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;

/**
 * The parameters of a statement: binary values whose types the client tells, with the execution or with one before it.
 *
 * <p>Texts are bytes in the client's character set; {@link #getText} takes them as UTF-8.
 */
public abstract sealed class ParameterValues extends ValueReader permits ParameterReader, BulkRowReader {
    ParameterTypes types = ParameterTypes.NONE;
    int count;

    ParameterValues() {}

    /** The number of parameters. */
    public final int count() {
        return count;
    }

    /** The types to remember for the statement's next execution; the same object as before when they have not changed. */
    public final ParameterTypes types() {
        return types;
    }

    /** The type of parameter {@code i}; {@link ColumnType#NULL} when it was never told. */
    public final ColumnType type(int i) {
        return types.count() <= i ? ColumnType.NULL : types.type(i);
    }

    /** True when parameter {@code i} is an integer without sign. */
    public final boolean isUnsigned(int i) {
        return isUnsignedAt(i);
    }

    /**
     * What a value is read as. The type NULL makes no value NULL, only the bit or the indicator does: MariaDB reads a value whose
     * type was last told so as a string, and MySQL refuses it (1210), which is the server's to say.
     */
    @Override
    ColumnType typeOf(int i) {
        ColumnType told = types.type(i);
        return told == ColumnType.NULL ? ColumnType.STRING : told;
    }

    /**
     * Finds the value of parameter {@code i}, which begins with what tells its length at {@code index}.
     *
     * @return the index behind it
     */
    final int locate(int i, ColumnType type, ByteBuf in, int index) {
        int length = BinaryValue.contentBytes(type, in, index, in.writerIndex());
        int start = index + BinaryValue.prefixBytes(type, in, index);
        setValue(i, start, length);
        return start + length;
    }

    @Override
    final boolean isUnsignedAt(int i) {
        return types.count() > i && types.isUnsigned(i);
    }

    @Override
    final boolean isText() {
        return false;
    }

    @Override
    final String name(int i) {
        return "parameter " + i;
    }

    @Override
    final void print(TextBuffer text, int i) {
        print(text, i, ColumnDefinition.NOT_FIXED_DECIMALS);
    }
}
