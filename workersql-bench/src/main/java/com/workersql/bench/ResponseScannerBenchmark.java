// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.value.ResultSetWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast a result of 10,000 rows passes through the scanner, without sockets: read buffers of 64 KiB in, retained slices out.
 * One operation is the whole result; {@code bytes} counts what went through.
 *
 * <p>For comparison, the same bytes are cut into packets one by one, which is the least that a proxy does which looks at rows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=com.workersql.bench.EventLoopThreads",
            "-Dio.netty.leakDetection.level=disabled"
        })
public class ResponseScannerBenchmark {
    private static final int ROWS = 10_000;
    private static final int READ_BYTES = 64 * 1024;
    private static final CapabilityFlags CAPABILITIES =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    /** The length of the one text column beside the number. */
    @Param({"10", "100", "1000"})
    public int textBytes;

    private final ResponseScanner scanner = new ResponseScanner();
    private final SlicingSink sink = new SlicingSink();
    private final List<ByteBuf> reads = new ArrayList<>();
    private long replyBytes;

    /** What went through, besides operations. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Traffic {
        /** Bytes of replies. */
        public long bytes;
    }

    /** Writes the reply and cuts it into what a socket would have given. */
    @Setup
    public void writeReply() {
        ByteBuf reply = Unpooled.buffer();
        ResultSetWriter writer =
                new ResultSetWriter(reply, 1, CAPABILITIES, StatusFlags.SERVER_STATUS_AUTOCOMMIT, false);
        writer.columns(List.of(
                ColumnDefinition.of("id", ColumnType.LONG), ColumnDefinition.of("text", ColumnType.VAR_STRING)));
        String text = "x".repeat(textBytes);
        for (int i = 0; i < ROWS; i++) {
            writer.row(i, text);
        }
        writer.end(0);
        replyBytes = reply.readableBytes();
        while (reply.isReadable()) {
            int length = Math.min(READ_BYTES, reply.readableBytes());
            reads.add(PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(reply, length));
        }
    }

    /** Gives the buffers back. */
    @TearDown
    public void release() {
        reads.forEach(ByteBuf::release);
    }

    /** The fast path: one slice for each run of rows. */
    @Benchmark
    public long scanAndForward(Traffic traffic) {
        scanner.begin(ReplyKind.QUERY, CAPABILITIES);
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf read = reads.get(i);
            scanner.scan(read, sink);
            read.readerIndex(0);
        }
        if (!scanner.isDone()) {
            throw new IllegalStateException("the reply did not end");
        }
        traffic.bytes += replyBytes;
        return sink.forwardedBytes;
    }

    /** One slice for each packet, the rest as above. */
    @Benchmark
    public long cutIntoPackets(Traffic traffic) {
        PacketDecoder decoder = new PacketDecoder(
                PooledByteBufAllocator.DEFAULT, 1 << 24, SequenceMode.CONTINUE, Reservation.UNLIMITED);
        decoder.expectSequenceId(1);
        long bytes = 0;
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf read = reads.get(i);
            for (ByteBuf payload = decoder.decode(read); payload != null; payload = decoder.decode(read)) {
                bytes += payload.readableBytes();
                payload.release();
            }
            read.readerIndex(0);
        }
        decoder.close();
        traffic.bytes += replyBytes;
        return bytes;
    }

    /** Takes a slice, as for a write to the client, and lets it go. */
    private static final class SlicingSink implements ReplySink {
        private long forwardedBytes;

        @Override
        public void forward(ByteBuf in, int index, int length) {
            ByteBuf slice = in.retainedSlice(index, length);
            forwardedBytes += slice.readableBytes();
            slice.release();
        }

        @Override
        public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
            forwardedBytes += payload.readableBytes();
        }
    }
}
