// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static com.workersql.protocol.value.RowReaderAllocationTest.leastAllocated;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowWriterAllocationTest {
    private static final ColumnDefinition[] COLUMNS = {
        ColumnDefinition.of("integer", ColumnType.LONGLONG),
        ColumnDefinition.of("real", ColumnType.DOUBLE),
        ColumnDefinition.of("time", ColumnType.DATETIME),
        ColumnDefinition.of("text", ColumnType.VAR_STRING)
    };

    private final RowWriter writer = new RowWriter();
    private final Temporal temporal = new Temporal();
    private final ByteBuf out = Unpooled.wrappedBuffer(new byte[4096]);
    private final LocalDateTime time = LocalDateTime.of(2024, 2, 29, 23, 59, 58);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allocatesNothingForNumbersTimesAndStrings(boolean binary) {
        long allocated = leastAllocated(() -> {
            for (int i = 0; i < 1000; i++) {
                out.clear();
                writer.beginPacket(out, COLUMNS, binary)
                        .addLong(123_456_789_012L)
                        .addDouble(1 / 3.0)
                        .addTemporal(temporal.set(time))
                        .addText("text")
                        .endPacket(i);
            }
        });
        assertThat(out.toString(StandardCharsets.ISO_8859_1)).endsWith("text");
        assertThat(allocated).isLessThanOrEqualTo(0);
    }
}
