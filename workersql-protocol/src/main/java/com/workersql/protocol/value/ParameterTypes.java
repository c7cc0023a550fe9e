// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The types that a client told with an execution, and does not repeat with the next ones: whoever reads the next ones has to
 * remember them for each statement. Immutable.
 */
public final class ParameterTypes {
    /** No types told yet. */
    public static final ParameterTypes NONE = new ParameterTypes(new short[0]);

    private static final int UNSIGNED = 0x8000;

    /** As on the wire: the type in the low byte, {@link #UNSIGNED} above. */
    private final short[] types;

    private ParameterTypes(short[] types) {
        this.types = types;
    }

    /** The number of parameters whose types are known. */
    public int count() {
        return types.length;
    }

    /** The type of parameter {@code i}. */
    public ColumnType type(int i) {
        return ColumnType.of(types[i] & 0xFF);
    }

    /** True when the client says that parameter {@code i} has no sign; a column has no say in it. */
    public boolean isUnsigned(int i) {
        return (types[i] & UNSIGNED) != 0;
    }

    /** Reads {@code count} types that lie one behind the other; gives {@code this} when they are the same. */
    ParameterTypes readFixed(ByteBuf in, int index, int count) {
        if (count == types.length) {
            int i = 0;
            while (i < count && in.getShortLE(index + 2 * i) == types[i]) {
                i++;
            }
            if (i == count) {
                return this;
            }
        }
        short[] read = new short[count];
        for (int i = 0; i < count; i++) {
            read[i] = in.getShortLE(index + 2 * i);
        }
        return of(read);
    }

    /** Takes over the array. */
    static ParameterTypes of(short[] types) {
        ParameterTypes made = new ParameterTypes(types);
        for (int i = 0; i < types.length; i++) {
            made.type(i);
        }
        return made;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterTypes that && Arrays.equals(types, that.types);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(types);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ParameterTypes[");
        for (int i = 0; i < types.length; i++) {
            text.append(i == 0 ? "" : ", ").append(type(i)).append(isUnsigned(i) ? " UNSIGNED" : "");
        }
        return text.append(']').toString();
    }
}
