// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.value.ParameterWriter;
import com.workersql.router.ParameterValue;
import com.workersql.router.Parameters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;

/** An execution with values that a door was given. */
record GivenExecution(List<ParameterValue> values) implements Execution, Parameters {
    @Override
    public int count() {
        return values.size();
    }

    @Override
    public ParameterValue get(int index) {
        return values.get(index);
    }

    @Override
    public ByteBuf encode(int statementId, boolean cursor) {
        var out = Unpooled.buffer();
        var writer = new ParameterWriter().begin(out, statementId, 0, values.size(), List.of(), CapabilityFlags.NONE);
        values.forEach(value -> add(writer, value));
        writer.end();
        return out;
    }

    private static void add(ParameterWriter writer, ParameterValue value) {
        if (value instanceof ParameterValue.SignedInteger integer) {
            writer.addLong(integer.value());
        } else if (value instanceof ParameterValue.UnsignedInteger integer) {
            writer.addUnsignedLong(integer.bits());
        } else if (value instanceof ParameterValue.Decimal decimal) {
            writer.addDecimal(decimal.text());
        } else if (value instanceof ParameterValue.FloatingPoint number) {
            writer.addDouble(number.value());
        } else if (value instanceof ParameterValue.Text text) {
            writer.addText(text.text());
        } else if (value instanceof ParameterValue.Binary binary) {
            writer.addBytes(binary.bytes());
        } else {
            writer.addNull();
        }
    }

    @Override
    public Map<Integer, ByteBuf> longData() {
        return Map.of();
    }

    @Override
    public Execution again() {
        return this;
    }

    @Override
    public void release() {}
}
