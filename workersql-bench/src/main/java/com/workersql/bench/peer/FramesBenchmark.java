// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.OkRewriter;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ReplyTranscoder;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.session.SessionTrackFilter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.mysqlclient.impl.codec.MySQLPacketDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.shardingsphere.db.protocol.mysql.codec.MySQLPacketCodecEngine;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.client.socket.Reader;
import org.mariadb.jdbc.client.util.MutableByte;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A reply that passes through: cut into packets by each codec's frame decoder, and, for ours, scanned in runs. One operation is the whole
 * reply, in read buffers of 64 KiB; with few rows all of it lies in one. Everybody has to find as many packets, or bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=com.workersql.bench.EventLoopThreads",
            "-Dio.netty.leakDetection.level=disabled"
        })
public class FramesBenchmark {
    private static final int READ_BYTES = 64 * 1024;

    /** 450 rows lie in one read buffer. */
    @Param({"450", "10000"})
    public int rows;

    private final List<ByteBuf> reads = new ArrayList<>();
    private byte[] reply;
    private int packets;

    private final ResponseScanner scanner = new ResponseScanner();
    private final SlicingSink sink = new SlicingSink();
    private final OpenVertxDecoder vertx = new OpenVertxDecoder();
    private final MySQLPacketCodecEngine shardingsphere = new MySQLPacketCodecEngine();
    private final List<Object> found = new ArrayList<>();
    private final ReplyTranscoder transcoder =
            new ReplyTranscoder(PooledByteBufAllocator.DEFAULT, FramesBenchmark::releaseAll);
    private final OkRewriter oks = new OkRewriter(
            SampleRows.CAPABILITIES,
            SampleRows.CAPABILITIES.without(CapabilityFlags.CLIENT_DEPRECATE_EOF),
            SessionTrackFilter.ALL,
            0,
            0);

    /** Writes the reply and compares what everybody finds. */
    @Setup
    public void writeAndCompare() throws IOException {
        reply = SampleRows.reply(rows);
        for (int at = 0; at < reply.length; at += READ_BYTES) {
            int length = Math.min(READ_BYTES, reply.length - at);
            reads.add(PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(reply, at, length));
        }
        packets = rows + SampleRows.COLUMNS.length + 2;
        int[] counts = {workersqlCut(), vertxCut(), shardingsphereCut(), mariadbCut()};
        for (int count : counts) {
            if (count != packets) {
                throw new IllegalStateException(count + " packets, expected " + packets);
            }
        }
        if (workersqlScan() != reply.length) {
            throw new IllegalStateException("not all bytes were forwarded");
        }
    }

    /** What a proxy needs of rows: one slice for each run, and the end. */
    @Benchmark
    public long workersqlScan() {
        sink.bytes = 0;
        scanner.begin(ReplyKind.QUERY, SampleRows.CAPABILITIES);
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf read = reads.get(i);
            scanner.scan(read, sink);
            read.readerIndex(0);
        }
        return sink.bytes;
    }

    /** For a client that wants EOF packets where the server sends none: every sequence id behind the columns changes. */
    @Benchmark
    public boolean workersqlTranscode() {
        scanner.begin(ReplyKind.QUERY, SampleRows.CAPABILITIES);
        transcoder.begin(
                ReplyKind.QUERY,
                SampleRows.CAPABILITIES,
                SampleRows.CAPABILITIES.without(CapabilityFlags.CLIENT_DEPRECATE_EOF),
                oks,
                2);
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf read = reads.get(i);
            read.setBytes(0, reply, i * READ_BYTES, read.writerIndex());
            scanner.scan(read, transcoder);
            read.readerIndex(0);
        }
        return scanner.isDone();
    }

    /** Packets as slices. */
    @Benchmark
    public int workersqlCut() {
        PacketDecoder decoder = new PacketDecoder(
                PooledByteBufAllocator.DEFAULT, 1 << 24, SequenceMode.CONTINUE, Reservation.UNLIMITED);
        decoder.expectSequenceId(1);
        int count = 0;
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf read = reads.get(i);
            for (ByteBuf payload = decoder.decode(read); payload != null; payload = decoder.decode(read)) {
                count++;
                payload.release();
            }
            read.readerIndex(0);
        }
        decoder.close();
        return count;
    }

    /** Packets as slices, by Vert.x; a packet that is cut is gathered here, as its superclass does. */
    @Benchmark
    public int vertxCut() {
        int count = 0;
        ByteBuf rest = null;
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf in = joined(rest, reads.get(i));
            for (ByteBuf packet = vertx.next(in); packet != null; packet = vertx.next(in)) {
                count++;
                packet.release();
            }
            rest = rest(in, reads.get(i), rest != null);
        }
        return count;
    }

    /** Packets as slices, by ShardingSphere; a packet that is cut is gathered here, as its caller does. */
    @Benchmark
    public int shardingsphereCut() {
        int count = 0;
        ByteBuf rest = null;
        for (int i = 0; i < reads.size(); i++) {
            ByteBuf in = joined(rest, reads.get(i));
            while (shardingsphere.isValidHeader(in.readableBytes())) {
                shardingsphere.decode(null, in, found);
                if (found.isEmpty()) {
                    break;
                }
                count++;
                ((ByteBuf) found.get(0)).release();
                found.clear();
            }
            rest = rest(in, reads.get(i), rest != null);
        }
        return count;
    }

    /** Packets in an array that is used again, by MariaDB Connector/J; its input is a stream over the same bytes. */
    @Benchmark
    public int mariadbCut() throws IOException {
        Reader reader = new Reader(new ByteArrayInputStream(reply), CONFIGURATION, new MutableByte());
        int count = 0;
        for (int left = reply.length; left > 0; count++) {
            left -= 4 + reader.readReusablePacket(false).readableBytes();
        }
        return count;
    }

    private static final Configuration CONFIGURATION = configuration();

    private static Configuration configuration() {
        try {
            return Configuration.parse("jdbc:mariadb://127.0.0.1/");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ByteBuf joined(ByteBuf rest, ByteBuf read) {
        if (rest == null) {
            return read;
        }
        ByteBuf all = PooledByteBufAllocator.DEFAULT.directBuffer(rest.readableBytes() + read.readableBytes());
        all.writeBytes(rest).writeBytes(read, read.readerIndex(), read.readableBytes());
        rest.release();
        return all;
    }

    /** What is left over, as a buffer of its own; the read buffer is made ready for the next time. */
    private static ByteBuf rest(ByteBuf in, ByteBuf read, boolean wasJoined) {
        ByteBuf rest = in.isReadable() ? in.readRetainedSlice(in.readableBytes()) : null;
        if (wasJoined) {
            in.release();
        }
        read.readerIndex(0);
        return rest;
    }

    private static void releaseAll(ByteBuf packets) {
        packets.release();
    }

    /** Takes a slice, as for a write to the client, and lets it go. */
    private static final class SlicingSink implements ReplySink {
        private long bytes;

        @Override
        public void forward(ByteBuf in, int index, int length) {
            ByteBuf slice = in.retainedSlice(index, length);
            bytes += slice.readableBytes();
            slice.release();
        }

        @Override
        public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
            bytes += 4L + payload.readableBytes();
        }
    }

    /** Lets its decoder be called without a channel. */
    private static final class OpenVertxDecoder extends MySQLPacketDecoder {
        ByteBuf next(ByteBuf in) {
            try {
                return (ByteBuf) decode(null, in);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
