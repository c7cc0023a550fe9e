// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.value.ParameterReader;
import com.workersql.router.ParameterValue;
import com.workersql.router.Parameters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;

/** The parameters of an execution as the router reads them: only those that decide the route are ever decoded. */
final class ClientParameters implements Parameters {
    private final ParameterReader reader;
    private final Map<Integer, ByteBuf> longData;

    ClientParameters(ParameterReader reader, Map<Integer, ByteBuf> longData) {
        this.reader = reader;
        this.longData = longData;
    }

    @Override
    public int count() {
        return reader.count();
    }

    @Override
    public ParameterValue get(int index) {
        if (reader.isLongData(index)) {
            return new ParameterValue.Binary(ByteBufUtil.getBytes(longData.get(index)));
        }
        if (reader.isNull(index)) {
            return new ParameterValue.Null();
        }
        return switch (reader.type(index)) {
            case TINY, SHORT, INT24, LONG, LONGLONG, YEAR ->
                reader.isUnsigned(index)
                        ? new ParameterValue.UnsignedInteger(reader.getUnsignedLong(index))
                        : new ParameterValue.SignedInteger(reader.getLong(index));
            case FLOAT, DOUBLE -> new ParameterValue.FloatingPoint(reader.getDouble(index));
            case DECIMAL, NEWDECIMAL -> new ParameterValue.Decimal(reader.getDecimalText(index));
            case TINY_BLOB, BLOB, MEDIUM_BLOB, LONG_BLOB, BIT, GEOMETRY, VECTOR ->
                new ParameterValue.Binary(ByteBufUtil.getBytes(reader.getBytes(index)));
            default -> new ParameterValue.Text(reader.getText(index));
        };
    }
}
