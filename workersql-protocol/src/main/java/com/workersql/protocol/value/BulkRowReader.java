// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.message.client.StmtBulkExecute;
import io.netty.buffer.ByteBuf;

/**
 * Lies over the rows of a {@link StmtBulkExecute} and reads one after the other in place; used again for the next one. The grammar
 * is that of {@link StmtBulkExecute}.
 */
public final class BulkRowReader extends ParameterValues {
    private ByteBuf in;
    private int index;
    private byte[] indicators = new byte[0];

    /** A reader that lies over nothing yet. */
    public BulkRowReader() {}

    /**
     * Lies over the rows of an execution, in front of the first.
     *
     * @param execute its payload must stay valid for as long as rows are read
     * @param parameterCount how many the statement has, 1 to 65535
     * @param remembered the types of the statement's last execution; {@link ParameterTypes#NONE} before the first
     * @return this
     * @throws ProtocolException when the types are cut off, or were never told (1210)
     */
    public BulkRowReader wrap(StmtBulkExecute execute, int parameterCount, ParameterTypes remembered) {
        if (parameterCount < 1 || parameterCount > 0xFFFF) {
            throw new IllegalArgumentException("parameterCount is " + parameterCount + ", allowed are 1 to 65535");
        }
        in = execute.rows();
        over(in);
        index = in.readerIndex();
        count = parameterCount;
        types = remembered;
        if ((execute.flags() & StmtBulkExecute.SEND_TYPES_TO_SERVER) != 0) {
            require(2 * count, "the types");
            types = types.readFixed(in, index, count);
            index += 2 * count;
        }
        if (types.count() != count) {
            throw new ProtocolException(
                    ServerErrors.ER_WRONG_ARGUMENTS,
                    "Incorrect arguments to a bulk execution: the types of its parameters were never told");
        }
        if (indicators.length < count) {
            indicators = new byte[count];
        }
        return this;
    }

    /**
     * Moves to the next row.
     *
     * @return false behind the last one
     * @throws ProtocolException when the row is malformed
     */
    public boolean next() {
        if (index >= in.writerIndex()) {
            return false;
        }
        start(count);
        for (int i = 0; i < count; i++) {
            require(1, "the indicator of parameter " + i);
            indicators[i] = in.getByte(index++);
            if (indicators[i] == StmtBulkExecute.INDICATOR_VALUE) {
                index = locate(i, typeOf(i), in, index);
            } else if (indicators[i] < 0 || indicators[i] > StmtBulkExecute.INDICATOR_IGNORE) {
                throw ProtocolException.malformed(
                        "a row of a bulk execution with the indicator " + (indicators[i] & 0xFF));
            }
        }
        return true;
    }

    private void require(int bytes, String what) {
        if (in.writerIndex() - index < bytes) {
            throw ProtocolException.malformed("a bulk execution that ends before " + what);
        }
    }

    /** What stands in place of parameter {@code i}, or in front of it: one of the indicators of {@link StmtBulkExecute}. */
    public int indicator(int i) {
        return indicators[i];
    }
}
