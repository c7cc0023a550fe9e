// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.message.client.QueryAttribute;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Lies over the parameters of a {@link StmtExecute} and reads them in place; used again for the next one.
 *
 * <p>A parameter whose data came by COM_STMT_SEND_LONG_DATA has a type here but no value: it {@link #isLongData}, even where its
 * NULL bit is set (both servers take the data then), and its data is with whoever kept it. Bytes behind the last value are
 * ignored, as servers do. The grammar is that of {@link StmtExecute}. Attributes do not count as parameters.
 */
public final class ParameterReader extends ParameterValues {
    private static final int YEAR_DIGITS = 4;

    private BitSet longData;
    private List<QueryAttribute> attributes = List.of();

    /** A reader that lies over nothing yet. */
    public ParameterReader() {}

    /**
     * Lies over the parameters of an execution.
     *
     * @param execute its payload must stay valid for as long as parameters are read
     * @param capabilities what was negotiated with the client that sent it
     * @param parameterCount how many the statement has, 0 to 65535
     * @param remembered the types of the statement's last execution; {@link ParameterTypes#NONE} before the first
     * @param longData the parameters for which data was sent since the last execution, null for none; kept, not copied
     * @return this
     * @throws ProtocolException when it is malformed; or ends before it tells which values are NULL, or has values whose types were never told
     *     (1210)
     */
    public ParameterReader wrap(
            StmtExecute execute,
            CapabilityFlags capabilities,
            int parameterCount,
            ParameterTypes remembered,
            BitSet longData) {
        ByteBuf in = execute.parameters();
        over(in);
        start(parameterCount);
        count = parameterCount;
        types = remembered;
        this.longData = longData;
        attributes = List.of();
        int index = in.readerIndex();
        boolean named = capabilities.has(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES);
        int all = parameterCount;
        if (named && (parameterCount > 0 || (execute.flags() & StmtExecute.PARAMETER_COUNT_AVAILABLE) != 0)) {
            long told = LengthEncodedInteger.get(in, index);
            index += LengthEncodedInteger.sizeAt(in, index);
            if (told < parameterCount || told > 0xFFFF) {
                throw ProtocolException.malformed("an execution with " + Long.toUnsignedString(told)
                        + " parameters, the statement has " + parameterCount);
            }
            all = (int) told;
        }
        if (all > 0) {
            wrap(in, index, all, named);
        }
        return this;
    }

    private void wrap(ByteBuf in, int nulls, int all, boolean named) {
        int end = in.writerIndex();
        int index = nulls + (all + 7) / 8;
        if (index >= end) {
            // Servers take this for wrong arguments, and only what is cut off elsewhere for a malformed packet.
            throw new ProtocolException(
                    ServerErrors.ER_WRONG_ARGUMENTS,
                    "Incorrect arguments to EXECUTE: it ends before the NULL bits and the flag of new types");
        }
        int newTypes = in.getByte(index++);
        String[] names = new String[0];
        int[] attributeTypes = new int[all - count];
        if (newTypes == 0) {
            require(all == count, "the types of attributes");
        } else if (named) {
            short[] read = new short[count];
            names = new String[all - count];
            for (int i = 0; i < all; i++) {
                require(index + 2 < end, "the type and name of parameter " + i);
                int type = in.getUnsignedShortLE(index);
                int nameEnd = index + 2 + nameBytes(in, index + 2, end);
                if (i < count) {
                    read[i] = (short) type;
                } else {
                    attributeTypes[i - count] = type;
                    names[i - count] = ProtocolStrings.readLengthEncoded(in.slice(index + 2, nameEnd - index - 2));
                }
                index = nameEnd;
            }
            ParameterTypes told = ParameterTypes.of(read);
            types = told.equals(types) ? types : told;
        } else {
            require(index + 2 * count <= end, "the types");
            types = types.readFixed(in, index, count);
            index += 2 * count;
        }
        for (int i = 0; i < count; i++) {
            if (!isLongData(i) && !isNullBit(in, nulls, i)) {
                index = locate(in, i, index, end);
            }
        }
        if (all > count) {
            readAttributes(in, nulls, index, names, attributeTypes);
        }
    }

    private int locate(ByteBuf in, int i, int index, int end) {
        if (types.count() <= i) {
            throw new ProtocolException(
                    ServerErrors.ER_WRONG_ARGUMENTS,
                    "Incorrect arguments to mysqld_stmt_execute: parameter " + i
                            + " has a value but its type was never told");
        }
        ColumnType type = super.typeOf(i);
        if (type == ColumnType.YEAR && isYearInText(in, index, end)) {
            type = ColumnType.STRING;
        }
        return locate(i, type, in, index);
    }

    /** Some clients send a YEAR as text, others as two bytes. No year is so great that its second byte is a digit's. */
    private static boolean isYearInText(ByteBuf in, int index, int end) {
        return index + 1 < end && in.getByte(index) == YEAR_DIGITS && in.getByte(index + 1) >= '0';
    }

    private void readAttributes(ByteBuf in, int nulls, int from, String[] names, int[] attributeTypes) {
        int index = from;
        List<QueryAttribute> read = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            Bytes value = null;
            if (!isNullBit(in, nulls, count + i)) {
                ColumnType type = ColumnType.of(attributeTypes[i] & 0xFF);
                int length = BinaryValue.contentBytes(type, in, index, in.writerIndex())
                        + BinaryValue.prefixBytes(type, in, index);
                value = Bytes.of(ByteBufUtil.getBytes(in, index, length));
                index += length;
            }
            read.add(new QueryAttribute(names[i], attributeTypes[i], value));
        }
        attributes = List.copyOf(read);
    }

    private static boolean isNullBit(ByteBuf in, int nulls, int i) {
        return (in.getByte(nulls + i / 8) & (1 << (i & 7))) != 0;
    }

    private static int nameBytes(ByteBuf in, int index, int end) {
        long length = LengthEncodedInteger.get(in, index);
        int size = LengthEncodedInteger.sizeAt(in, index);
        require(length >= 0 && length <= end - index - size, "a name");
        return size + (int) length;
    }

    private static void require(boolean isThere, String what) {
        if (!isThere) {
            throw ProtocolException.malformed("an execution that ends before " + what);
        }
    }

    /** The attributes beside the parameters; unmodifiable, empty for none. */
    public List<QueryAttribute> attributes() {
        return attributes;
    }

    /** True when the data of parameter {@code i} came by COM_STMT_SEND_LONG_DATA: its value is not here. */
    public boolean isLongData(int i) {
        return longData != null && longData.get(i);
    }

    /** True when parameter {@code i} is NULL. */
    @Override
    public boolean isNull(int i) {
        return super.isNull(i) && !isLongData(i);
    }

    @Override
    ColumnType typeOf(int i) {
        ColumnType type = super.typeOf(i);
        return type == ColumnType.YEAR && valueBytes(i) == YEAR_DIGITS ? ColumnType.STRING : type;
    }
}
