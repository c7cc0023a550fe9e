// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.session.OkRewriter;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ReplyTranscoder;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.session.RowTranscoder;
import com.workersql.protocol.session.SessionTrackFilter;
import com.workersql.protocol.value.RecordedReply;
import com.workersql.protocol.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A server's reply to a command of any kind, cut anywhere: its end is found, each value of its rows is read in each way that there is,
 * and it is made anew for a client that has agreed on something else, and in the other form of rows.
 */
final class RepliesTarget implements FuzzTarget {
    private static final List<ReplyKind> KINDS = List.of(ReplyKind.values());
    private static final int MAX_ROW_BYTES = 1 << 14;
    private static final int MAX_CONTROL_BYTES = 1 << 14;
    private static final long MAY_LACK_DEFINITIONS =
            CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA | CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA;
    private static final ColumnDefinition[] CURSOR_COLUMNS = {
        ColumnDefinition.of("i", ColumnType.LONG),
        ColumnDefinition.of("s", ColumnType.VAR_STRING),
        ColumnDefinition.of("t", ColumnType.DATETIME)
    };

    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        ReplyKind kind = KINDS.get(Choices.upTo(KINDS.size(), in));
        CapabilityFlags server = Choices.capabilities(in);
        CapabilityFlags client = Choices.capabilities(in);
        int seed = Choices.upTo(256, in);
        RuntimeException first = null;
        // Each way of reading gets the same bytes: one that refuses must not hide another that breaks.
        for (Supplier<Way> way : List.<Supplier<Way>>of(
                () -> Way.reading(kind, server),
                () -> Way.transcoding(kind, server, client, allocator),
                () -> Way.transposing(kind, server, client, allocator))) {
            try (Way opened = way.get()) {
                scan(kind, server, in.copy(), new Random(seed), opened.sink());
            } catch (ProtocolException e) {
                first = e;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void scan(ReplyKind kind, CapabilityFlags server, ByteBuf stream, Random cuts, ReplySink sink) {
        try {
            ResponseScanner scanner = new ResponseScanner(MAX_CONTROL_BYTES);
            scanner.begin(kind, server);
            while (stream.isReadable() && !scanner.isDone()) {
                scanner.scan(Choices.piece(stream, cuts), sink);
            }
        } finally {
            stream.release();
        }
    }

    /** What is done with the findings of the scanner. */
    private record Way(ReplySink sink, AutoCloseable resource) implements AutoCloseable {
        static Way reading(ReplyKind kind, CapabilityFlags server) {
            ReplyReader reader = new ReplyReader(MAX_ROW_BYTES);
            if (kind == ReplyKind.FETCH) {
                reader.beginFetch(CURSOR_COLUMNS, server, new ReadingHandler());
            } else {
                reader.begin(kind, server, new ReadingHandler());
            }
            return new Way(reader, reader);
        }

        static Way transcoding(
                ReplyKind kind, CapabilityFlags server, CapabilityFlags client, ByteBufAllocator allocator) {
            CapabilityFlags from =
                    server.without(MAY_LACK_DEFINITIONS).with(server.and(client).bits());
            OkRewriter oks = new OkRewriter(from, client, SessionTrackFilter.NONE, 1, 2);
            ReplyTranscoder transcoder = new ReplyTranscoder(allocator, ByteBuf::release);
            transcoder.begin(kind, from, client, oks, 0);
            return new Way(transcoder, transcoder);
        }

        static Way transposing(
                ReplyKind kind, CapabilityFlags server, CapabilityFlags client, ByteBufAllocator allocator) {
            if (kind != ReplyKind.QUERY && kind != ReplyKind.EXECUTE) {
                return reading(kind, server);
            }
            RowTranscoder transcoder = new RowTranscoder(allocator, MAX_ROW_BYTES, ByteBuf::release);
            transcoder.begin(kind, server, client, 1, 2);
            return new Way(transcoder, transcoder);
        }

        @Override
        public void close() {
            try {
                resource.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Three readers with limits of 16 KiB, and the batches of 40 KiB in which rows are written. */
    @Override
    public long allocationBytes(int inputBytes) {
        return (8 << 20) + 2048L * inputBytes;
    }

    @Override
    public Stream<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        int recorded = Choices.byteFor(RecordedReply.CAPABILITIES);
        for (String server : List.of("mysql-9.7", "mariadb-11.4")) {
            for (RecordedReply reply : RecordedReply.of(server)) {
                seeds.add(Choices.seed(reply.bytes(false), KINDS.indexOf(ReplyKind.QUERY), recorded, 0, 1));
                seeds.add(Choices.seed(reply.bytes(true), KINDS.indexOf(ReplyKind.EXECUTE), recorded, 0, 2));
            }
        }
        for (Vector vector : Vector.load("messages.vectors")) {
            ReplyKind kind = kind(vector.message());
            if (kind != null) {
                ByteBuf packet = Unpooled.buffer();
                PacketEncoder.write(packet, 1, Unpooled.wrappedBuffer(vector.bytes()));
                int capabilities = Choices.byteFor(vector.capabilities());
                seeds.add(Choices.seed(ByteBufUtil.getBytes(packet), KINDS.indexOf(kind), capabilities, 3, 3));
            }
        }
        return seeds.stream().filter(seed -> seed.length <= 4096);
    }

    private static ReplyKind kind(String message) {
        return switch (message) {
            case "Ok" -> ReplyKind.OK_ONLY;
            case "Err", "ProgressReport", "LocalInfileRequest" -> ReplyKind.QUERY;
            case "StmtPrepareOk" -> ReplyKind.PREPARE;
            case "ColumnDefinition" -> ReplyKind.FIELD_LIST;
            case "Eof" -> ReplyKind.FETCH;
            default -> null;
        };
    }
}
