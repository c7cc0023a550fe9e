// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.message.client.QueryAttribute;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Writes the payload of COM_STMT_EXECUTE, parameter by parameter, always with the types: {@link #begin}, one call for each
 * parameter in order, {@link #end}. Used again for the next execution. Not for several threads.
 *
 * <p>The grammar is that of {@link StmtExecute}.
 */
public final class ParameterWriter {
    private static final int UNSIGNED = 0x8000;

    private ByteBuf out;
    private List<QueryAttribute> attributes;
    private int count;
    private int next;
    private int nullsIndex;
    private int typesIndex;
    private int typeBytes;

    /** A writer that has not begun. */
    public ParameterWriter() {}

    /**
     * Writes all in front of the values.
     *
     * @param out grows as needed; stays the caller's, who leaves it alone up to {@link #end}
     * @param statementId of the server that will get it
     * @param flags of {@link StmtExecute}; PARAMETER_COUNT_AVAILABLE is set and cleared here
     * @param parameterCount how many parameters follow, 0 to 65535
     * @param attributes written where the capabilities have CLIENT_QUERY_ATTRIBUTES, else dropped
     * @param capabilities what was negotiated with the server that will get it
     * @return this
     */
    public ParameterWriter begin(
            ByteBuf out,
            int statementId,
            int flags,
            int parameterCount,
            List<QueryAttribute> attributes,
            CapabilityFlags capabilities) {
        boolean named = capabilities.has(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES);
        this.out = out;
        this.attributes = named ? List.copyOf(attributes) : List.of();
        count = parameterCount;
        next = 0;
        int all = parameterCount + this.attributes.size();
        boolean countAvailable = named && all > 0;
        int withoutCount = flags & ~StmtExecute.PARAMETER_COUNT_AVAILABLE;
        out.writeByte(Command.COM_STMT_EXECUTE)
                .writeIntLE(statementId)
                .writeByte(countAvailable ? withoutCount | StmtExecute.PARAMETER_COUNT_AVAILABLE : withoutCount)
                .writeIntLE(1);
        if (all == 0) {
            return this;
        }
        if (named) {
            LengthEncodedInteger.write(out, all);
        }
        nullsIndex = out.writerIndex();
        out.writeZero((all + 7) / 8).writeByte(1);
        typesIndex = out.writerIndex();
        // A parameter has no name, which is one byte where names are written at all.
        typeBytes = named ? 3 : 2;
        out.writeZero(parameterCount * typeBytes);
        for (QueryAttribute attribute : this.attributes) {
            out.writeShortLE(attribute.type());
            ProtocolStrings.writeLengthEncoded(out, attribute.name());
        }
        return this;
    }

    /** The next parameter is NULL. */
    public ParameterWriter addNull() {
        return addNull(ColumnType.NULL, false);
    }

    /** The next parameter is NULL of some type. */
    public ParameterWriter addNull(ColumnType type, boolean unsigned) {
        setNull(next);
        type(type, unsigned);
        return this;
    }

    /** The next parameter is a BIGINT. */
    public ParameterWriter addLong(long value) {
        type(ColumnType.LONGLONG, false);
        out.writeLongLE(value);
        return this;
    }

    /** The next parameter is a BIGINT UNSIGNED of these 64 bits. */
    public ParameterWriter addUnsignedLong(long value) {
        type(ColumnType.LONGLONG, true);
        out.writeLongLE(value);
        return this;
    }

    /** The next parameter is a DOUBLE. */
    public ParameterWriter addDouble(double value) {
        type(ColumnType.DOUBLE, false);
        out.writeDoubleLE(value);
        return this;
    }

    /** The next parameter is a DECIMAL in its decimal digits. */
    public ParameterWriter addDecimal(CharSequence digits) {
        type(ColumnType.NEWDECIMAL, false);
        ProtocolStrings.writeLengthEncoded(out, digits);
        return this;
    }

    /** The next parameter is text, written as UTF-8. */
    public ParameterWriter addText(CharSequence text) {
        type(ColumnType.VAR_STRING, false);
        ProtocolStrings.writeLengthEncoded(out, text);
        return this;
    }

    /** The next parameter is these bytes. */
    public ParameterWriter addBytes(byte[] bytes) {
        type(ColumnType.BLOB, false);
        ProtocolStrings.writeLengthEncoded(out, bytes);
        return this;
    }

    /**
     * The next parameter is of any type, with its content as it lies in a binary row or parameter.
     *
     * @param content without the length in front; its indices do not move; stays the caller's
     */
    public ParameterWriter addValue(ColumnType type, boolean unsigned, ByteBuf content) {
        addValue(type, type, unsigned, content, content.readerIndex(), content.readableBytes());
        return this;
    }

    /** The next parameter has its data sent, or to be sent, by COM_STMT_SEND_LONG_DATA: it has a type and no value here. */
    public ParameterWriter addLongData(ColumnType type) {
        type(type, false);
        return this;
    }

    /**
     * Writes the attributes' values; the payload is complete.
     *
     * @throws IllegalStateException when there were fewer parameters than announced
     */
    public void end() {
        if (next != count) {
            throw new IllegalStateException("an execution of " + count + " parameters got " + next);
        }
        for (int i = 0; i < attributes.size(); i++) {
            QueryAttribute attribute = attributes.get(i);
            if (attribute.value() == null) {
                setNull(count + i);
            } else {
                attribute.value().writeTo(out);
            }
        }
    }

    /**
     * Writes a client's execution anew for another server: with that server's statement id, with the types, and in the form
     * of that server's capabilities.
     *
     * @param out grows as needed; stays the caller's
     * @param statementId of the server that will get it
     * @param execute what the client sent
     * @param parameters lies over {@code execute}
     * @param capabilities what was negotiated with the server that will get it
     * @param longData of the parameters whose data was kept, each to be written as a value; null when the data was sent, or
     *     will be, by COM_STMT_SEND_LONG_DATA
     */
    public void rewrite(
            ByteBuf out,
            int statementId,
            StmtExecute execute,
            ParameterReader parameters,
            CapabilityFlags capabilities,
            LongData longData) {
        begin(out, statementId, execute.flags(), parameters.count(), parameters.attributes(), capabilities);
        ByteBuf payload = parameters.payload();
        for (int i = 0; i < parameters.count(); i++) {
            ColumnType type = parameters.type(i);
            boolean unsigned = parameters.isUnsigned(i);
            if (parameters.isLongData(i)) {
                if (longData == null) {
                    addLongData(type);
                } else {
                    addValue(type, unsigned, longData.get(i));
                }
            } else if (parameters.isNull(i)) {
                addNull(type, unsigned);
            } else {
                ColumnType form = parameters.typeOf(i);
                // The server is told what the client has told, so that it has the same type for the result.
                ColumnType told = type == ColumnType.NULL ? type : form;
                addValue(told, form, unsigned, payload, parameters.valueIndex(i), parameters.valueBytes(i));
            }
        }
        end();
    }

    private void addValue(ColumnType told, ColumnType form, boolean unsigned, ByteBuf content, int index, int length) {
        type(told, unsigned);
        switch (form.binaryForm()) {
            case STRING -> LengthEncodedInteger.write(out, length);
            case DATE_TIME, TIME -> out.writeByte(length);
            default -> {}
        }
        out.writeBytes(content, index, length);
    }

    private void type(ColumnType type, boolean unsigned) {
        if (next >= count) {
            throw new IllegalStateException("an execution of " + count + " parameters got one more");
        }
        out.setShortLE(typesIndex + typeBytes * next, type.code() | (unsigned ? UNSIGNED : 0));
        next++;
    }

    private void setNull(int i) {
        int index = nullsIndex + i / 8;
        out.setByte(index, out.getByte(index) | 1 << (i & 7));
    }

    /** Data that was kept for parameters instead of being sent on. */
    @FunctionalInterface
    public interface LongData {
        /**
         * The whole data of parameter {@code i}; its indices do not move, it stays the keeper's.
         */
        ByteBuf get(int i);
    }
}
