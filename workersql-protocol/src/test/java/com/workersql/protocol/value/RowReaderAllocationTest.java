// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowReaderAllocationTest {
    private final RowReader reader = new RowReader();
    private final Temporal temporal = new Temporal();
    private final ByteBuf out = Unpooled.wrappedBuffer(new byte[4096]);
    private long sum;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allocatesNothingForNumbersTimesAndStrings(boolean binary) {
        List<RecordedReply> recordings = RecordedReply.of("mysql-9.7").stream()
                .filter(reply -> reply.toString().matches(".*\\[(integers|temporal|decimals)]"))
                .toList();
        assertThat(recordings).hasSize(3);
        List<ColumnDefinition[]> columns =
                recordings.stream().map(reply -> reply.columns(binary)).toList();
        List<List<ByteBuf>> rows =
                recordings.stream().map(reply -> reply.rows(binary)).toList();
        long allocated = leastAllocated(() -> {
            for (int i = 0; i < rows.size(); i++) {
                List<ByteBuf> ofReply = rows.get(i);
                for (int r = 0; r < ofReply.size(); r++) {
                    read(ofReply.get(r), columns.get(i), binary);
                }
            }
        });
        assertThat(sum).isNotZero();
        assertThat(allocated).isLessThanOrEqualTo(0);
    }

    @Test
    void printsDoublesOfManyDigitsAndOfEverySizeWithoutAllocation() {
        ColumnDefinition[] columns = {ColumnDefinition.of("d", ColumnType.DOUBLE)};
        List<ByteBuf> rows = new ArrayList<>();
        for (double value : new double[] {0.1, 1 / 3.0, 2e-310, 1e300 / 7, 123_456.789, 1e15 / 3}) {
            rows.add(Unpooled.buffer().writeShort(0).writeDoubleLE(value));
        }
        long allocated = leastAllocated(() -> {
            for (int i = 0; i < rows.size(); i++) {
                reader.wrapBinary(rows.get(i), columns);
                out.clear();
                reader.appendText(0, out);
            }
        });
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("333333333333333.3");
        assertThat(allocated).isLessThanOrEqualTo(0);
    }

    /** The compiler may allocate on this thread at first; one round without allocation is the proof. */
    static long leastAllocated(Runnable round) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < 200 && allocated > 0; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            long nothing = threads.getThreadAllocatedBytes(thread) - before;
            round.run();
            allocated = threads.getThreadAllocatedBytes(thread) - before - 2 * nothing;
        }
        return allocated;
    }

    private void read(ByteBuf row, ColumnDefinition[] columns, boolean binary) {
        if (binary) {
            reader.wrapBinary(row, columns);
        } else {
            reader.wrapText(row, columns);
        }
        out.clear();
        for (int i = 0; i < columns.length; i++) {
            if (!reader.isNull(i)) {
                reader.appendText(i, out);
                if (columns[i].type().isInteger()) {
                    sum += columns[i].isUnsigned() ? reader.getUnsignedLong(i) : reader.getLong(i);
                } else if (columns[i].type() == ColumnType.DOUBLE || columns[i].type() == ColumnType.NEWDECIMAL) {
                    sum += (long) reader.getDouble(i);
                } else if (columns[i].type() == ColumnType.TIME) {
                    sum += reader.getTimeMicros(i);
                } else if (columns[i].collation() == ColumnDefinition.BINARY_COLLATION) {
                    reader.getTemporal(i, temporal);
                    sum += temporal.year();
                }
            }
        }
        sum += out.readableBytes();
    }
}
