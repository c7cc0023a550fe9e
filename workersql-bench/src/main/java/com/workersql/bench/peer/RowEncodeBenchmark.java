// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.RowWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.shardingsphere.db.protocol.binary.BinaryCell;
import org.apache.shardingsphere.db.protocol.binary.BinaryRow;
import org.apache.shardingsphere.db.protocol.constant.CommonConstants;
import org.apache.shardingsphere.db.protocol.mysql.codec.MySQLPacketCodecEngine;
import org.apache.shardingsphere.db.protocol.mysql.constant.MySQLBinaryColumnType;
import org.apache.shardingsphere.db.protocol.mysql.constant.MySQLConstants;
import org.apache.shardingsphere.db.protocol.mysql.packet.MySQLPacket;
import org.apache.shardingsphere.db.protocol.mysql.packet.command.query.binary.execute.MySQLBinaryResultSetRowPacket;
import org.apache.shardingsphere.db.protocol.mysql.packet.command.query.text.MySQLTextResultSetRowPacket;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Values to rows, packet headers included: from boxed values that lie ready in lists, as a driver gives them. One operation is one row of
 * ten values; the bytes are compared before anything is measured. Vert.x and MariaDB Connector/J are clients and write no rows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SampleRows.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
public class RowEncodeBenchmark {
    /** The sample's rows, or ten values of one kind: what only lies in hand as bytes, and what has to be printed or encoded. */
    @Param({"mixed", "integers", "reals", "strings", "bytes"})
    private String rows;

    private ColumnDefinition[] columns;
    private final List<List<Object>> values = new ArrayList<>();
    private final List<BinaryRow> binaryRows = new ArrayList<>();
    private final RowWriter writer = new RowWriter();
    private final ByteBuf out = Unpooled.directBuffer(1 << 20);
    private final MySQLPacketCodecEngine engine = new MySQLPacketCodecEngine();
    private ChannelHandlerContext context;

    /** Makes the values and compares what both write. */
    @Setup
    public void makeAndCompare() {
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        channel.attr(CommonConstants.CHARSET_ATTRIBUTE_KEY).set(StandardCharsets.UTF_8);
        channel.attr(MySQLConstants.MYSQL_SEQUENCE_ID).set(new AtomicInteger());
        context = channel.pipeline().firstContext();
        for (int row = 0; row < SampleRows.ROWS; row++) {
            List<Object> ofRow = values(row);
            columns = ofRow.stream().map(RowEncodeBenchmark::column).toArray(ColumnDefinition[]::new);
            values.add(ofRow);
            List<BinaryCell> cells = new ArrayList<>();
            for (int i = 0; i < ofRow.size(); i++) {
                cells.add(new BinaryCell(
                        MySQLBinaryColumnType.valueOf(columns[i].type().code()), ofRow.get(i)));
            }
            binaryRows.add(new BinaryRow(cells));
        }
        compare(workersqlText(), shardingsphereText());
        compare(workersqlBinary(), shardingsphereBinary());
    }

    private List<Object> values(int row) {
        List<Object> made = new ArrayList<>();
        for (int i = 0; i < SampleRows.COLUMNS.length; i++) {
            int nth = i % 3;
            made.add(
                    switch (rows) {
                        case "mixed" -> SampleRows.values(row).get(i);
                        case "integers" -> SampleRows.number(row, nth) + i;
                        case "reals" -> SampleRows.real(row, 3 + nth);
                        case "strings" -> SampleRows.text(row, i);
                        case "bytes" -> SampleRows.text(row, i).getBytes(StandardCharsets.UTF_8);
                        default -> throw new IllegalArgumentException("rows: " + rows);
                    });
        }
        return made;
    }

    private static ColumnDefinition column(Object value) {
        return ColumnDefinition.of(
                "c",
                value instanceof Long
                        ? ColumnType.LONGLONG
                        : value instanceof Double ? ColumnType.DOUBLE : ColumnType.VAR_STRING);
    }

    private static void compare(int ours, int theirs) {
        if (ours != theirs) {
            throw new IllegalStateException("ours has the hash " + ours + ", theirs " + theirs);
        }
    }

    private int ours(boolean binary) {
        out.clear();
        int sequenceId = 0;
        for (int i = 0; i < values.size(); i++) {
            SampleRows.add(writer.beginPacket(out, columns, binary), values.get(i));
            sequenceId = writer.endPacket(sequenceId);
        }
        return checked();
    }

    private int theirs(boolean binary) {
        out.clear();
        context.channel().attr(MySQLConstants.MYSQL_SEQUENCE_ID).get().set(0);
        for (int i = 0; i < values.size(); i++) {
            MySQLPacket packet = binary
                    ? new MySQLBinaryResultSetRowPacket(binaryRows.get(i))
                    : new MySQLTextResultSetRowPacket(values.get(i));
            int start = out.writerIndex();
            ByteBuf room = out.slice(start, out.capacity() - start).clear();
            engine.encode(context, packet, room);
            out.writerIndex(start + room.writerIndex());
        }
        return checked();
    }

    /** A sum that needs little time but sees every row. */
    private int checked() {
        int sum = out.writerIndex();
        for (int i = 0; i + 4 <= out.writerIndex(); i += 64) {
            sum = 31 * sum + out.getIntLE(i);
        }
        return sum;
    }

    /** Text rows by ours. */
    @Benchmark
    public int workersqlText() {
        return ours(false);
    }

    /** Binary rows by ours. */
    @Benchmark
    public int workersqlBinary() {
        return ours(true);
    }

    /** Text rows by ShardingSphere. */
    @Benchmark
    public int shardingsphereText() {
        return theirs(false);
    }

    /** Binary rows by ShardingSphere. */
    @Benchmark
    public int shardingsphereBinary() {
        return theirs(true);
    }
}
