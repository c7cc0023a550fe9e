// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.shardingsphere.db.protocol.binary.BinaryRow;
import org.apache.shardingsphere.db.protocol.codec.PacketCodec;
import org.apache.shardingsphere.db.protocol.constant.CommonConstants;
import org.apache.shardingsphere.db.protocol.mysql.codec.MySQLPacketCodecEngine;
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
 *
 * <p>By the codec alone, into a buffer that is there; and to where a socket would take them: ShardingSphere's as packets of which its
 * {@code PacketCodec} makes a buffer each, ours in one buffer that is written once.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SampleRows.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
public class RowEncodeBenchmark {
    @Param
    private RowKind rows;

    private List<List<Object>> values;
    private ColumnDefinition[] columns;
    private List<BinaryRow> binaryRows;
    private final RowWriter writer = RowWriter.holding();
    private final ByteBuf buffer = Unpooled.directBuffer(1 << 20);
    private final MySQLPacketCodecEngine engine = new MySQLPacketCodecEngine();
    private final Socket socket = new Socket();
    private ChannelHandlerContext context;

    /** Takes what is written to it. */
    private static final class Socket extends ChannelOutboundHandlerAdapter {
        private int bytes;
        /** Gets all bytes; null where nobody looks at them. */
        private ByteBuf copy;

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ByteBuf out = (ByteBuf) message;
            bytes += out.readableBytes();
            if (copy != null) {
                copy.writeBytes(out, out.readerIndex(), out.readableBytes());
            }
            out.release();
            promise.setSuccess();
        }
    }

    /** Makes the values and compares what both write. */
    @Setup
    public void makeAndCompare() {
        EmbeddedChannel channel =
                new EmbeddedChannel(socket, new PacketCodec(engine), new ChannelInboundHandlerAdapter());
        channel.attr(CommonConstants.CHARSET_ATTRIBUTE_KEY).set(StandardCharsets.UTF_8);
        channel.attr(MySQLConstants.MYSQL_SEQUENCE_ID).set(new AtomicInteger());
        context = channel.pipeline().lastContext();
        values = rows.rows();
        columns = RowKind.columns(values.get(0));
        binaryRows = values.stream().map(RowKind::binaryRow).toList();
        compare(this::workersqlText, this::shardingsphereText);
        compare(this::workersqlBinary, this::shardingsphereBinary);
        compare(this::workersqlTextToChannel, this::shardingsphereTextToChannel);
        compare(this::workersqlBinaryToChannel, this::shardingsphereBinaryToChannel);
    }

    private void compare(Runnable ours, Runnable theirs) {
        if (!written(ours).equals(written(theirs))) {
            throw new IllegalStateException("ours and theirs differ for " + rows);
        }
    }

    private String written(Runnable rowsByOneOfThem) {
        socket.copy = Unpooled.buffer();
        buffer.clear();
        rowsByOneOfThem.run();
        ByteBuf written = buffer.isReadable() ? buffer : socket.copy;
        socket.copy = null;
        return ByteBufUtil.hexDump(written);
    }

    private int write(ByteBuf out, boolean binary) {
        int sequenceId = 0;
        for (int i = 0; i < values.size(); i++) {
            sequenceId = writer.addPacket(out, columns, binary, values.get(i), sequenceId);
        }
        writer.flush();
        return out.writerIndex();
    }

    private int writeToChannel(boolean binary) {
        ByteBuf out = context.alloc().ioBuffer();
        write(out, binary);
        context.write(out);
        return socket.bytes;
    }

    private MySQLPacket packet(int row, boolean binary) {
        return binary
                ? new MySQLBinaryResultSetRowPacket(binaryRows.get(row))
                : new MySQLTextResultSetRowPacket(values.get(row));
    }

    private int encode(boolean binary) {
        buffer.clear();
        context.channel().attr(MySQLConstants.MYSQL_SEQUENCE_ID).get().set(0);
        for (int i = 0; i < values.size(); i++) {
            int start = buffer.writerIndex();
            ByteBuf room = buffer.slice(start, buffer.capacity() - start).clear();
            engine.encode(context, packet(i, binary), room);
            buffer.writerIndex(start + room.writerIndex());
        }
        return buffer.writerIndex();
    }

    private int encodeToChannel(boolean binary) {
        context.channel().attr(MySQLConstants.MYSQL_SEQUENCE_ID).get().set(0);
        for (int i = 0; i < values.size(); i++) {
            context.write(packet(i, binary));
        }
        return socket.bytes;
    }

    /** Text rows by ours. */
    @Benchmark
    public int workersqlText() {
        return write(buffer.clear(), false);
    }

    /** Binary rows by ours. */
    @Benchmark
    public int workersqlBinary() {
        return write(buffer.clear(), true);
    }

    /** Text rows by ShardingSphere. */
    @Benchmark
    public int shardingsphereText() {
        return encode(false);
    }

    /** Binary rows by ShardingSphere. */
    @Benchmark
    public int shardingsphereBinary() {
        return encode(true);
    }

    /** Text rows by ours, one buffer for all. */
    @Benchmark
    public int workersqlTextToChannel() {
        return writeToChannel(false);
    }

    /** Binary rows by ours, one buffer for all. */
    @Benchmark
    public int workersqlBinaryToChannel() {
        return writeToChannel(true);
    }

    /** Text rows by ShardingSphere, a packet each. */
    @Benchmark
    public int shardingsphereTextToChannel() {
        return encodeToChannel(false);
    }

    /** Binary rows by ShardingSphere, a packet each. */
    @Benchmark
    public int shardingsphereBinaryToChannel() {
        return encodeToChannel(true);
    }
}
