// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Rows are read as they were written, in both forms and from one form to the other. */
class RowsPropertyTest {
    @Property
    void valuesAreReadAsTheyWereWritten(@ForAll("rows") List<AnyValue> values, @ForAll boolean binary) {
        RowReader row = read(write(values, binary), values, binary);
        for (int i = 0; i < values.size(); i++) {
            assertThat(values.get(i).read(row, i))
                    .as("value %d", i)
                    .isEqualTo(values.get(i).expected());
        }
    }

    @Property
    void aBinaryRowThatBecomesTextAndBinaryAgainIsTheSame(@ForAll("rows") List<AnyValue> values) {
        ByteBuf binary = write(values, true);
        ByteBuf text = rewrite(read(binary, values, true), values, false);
        ByteBuf again = rewrite(read(text, values, false), values, true);

        assertThat(ByteBufUtil.hexDump(text)).isEqualTo(ByteBufUtil.hexDump(write(values, false)));
        assertThat(ByteBufUtil.hexDump(again)).isEqualTo(ByteBufUtil.hexDump(binary));
    }

    private static ByteBuf write(List<AnyValue> values, boolean binary) {
        ByteBuf out = Unpooled.buffer();
        RowWriter writer = new RowWriter().begin(out, columns(values), binary);
        values.forEach(value -> value.write(writer));
        writer.end();
        return out;
    }

    private static ByteBuf rewrite(RowReader row, List<AnyValue> values, boolean binary) {
        ByteBuf out = Unpooled.buffer();
        RowWriter writer = new RowWriter().begin(out, columns(values), binary);
        for (int i = 0; i < values.size(); i++) {
            writer.addValue(row, i);
        }
        writer.end();
        return out;
    }

    private static RowReader read(ByteBuf payload, List<AnyValue> values, boolean binary) {
        RowReader reader = new RowReader();
        return binary ? reader.wrapBinary(payload, columns(values)) : reader.wrapText(payload, columns(values));
    }

    private static ColumnDefinition[] columns(List<AnyValue> values) {
        return values.stream().map(AnyValue::column).toArray(ColumnDefinition[]::new);
    }

    @Provide
    Arbitrary<List<AnyValue>> rows() {
        return AnyValue.any().list().ofMinSize(1).ofMaxSize(20);
    }
}
