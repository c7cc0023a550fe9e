// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A set of MySQL's global transaction ids: {@code 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7}. Immutable.
 *
 * <pre>{@code
 * sources (8 bytes), (source's UUID (16 bytes, big endian), intervals (8 bytes), (start (8 bytes), end + 1 (8 bytes))* )*
 * }</pre>
 *
 * <p>GTIDs with tags (MySQL 8.3), which have another form, are refused. Source: dev.mysql.com "COM_BINLOG_DUMP_GTID", "GTID Sets".
 *
 * @param intervals those of one source one behind the other
 */
public record GtidSet(List<Interval> intervals) {
    /** No transaction. */
    public static final GtidSet EMPTY = new GtidSet(List.of());

    private static final int SOURCE_BYTES = 24;
    private static final int INTERVAL_BYTES = 16;

    /**
     * Transactions of one source.
     *
     * @param source the server that ran them first
     * @param first at least 1
     * @param last at least {@code first}
     */
    public record Interval(UUID source, long first, long last) {
        /** Checks the order. */
        public Interval {
            requireNonNull(source, "source");
            if (first < 1 || last < first || last == Long.MAX_VALUE) {
                throw new IllegalArgumentException("an interval of transactions from " + first + " to " + last);
            }
        }

        @Override
        public String toString() {
            return first == last ? String.valueOf(first) : first + "-" + last;
        }
    }

    /** Copies the list. */
    public GtidSet {
        intervals = List.copyOf(intervals);
    }

    /**
     * Reads the server's text.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static GtidSet parse(String text) {
        List<Interval> intervals = new ArrayList<>();
        for (String part : text.strip().split("\\s*,\\s*", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            String[] pieces = part.split(":", -1);
            UUID source = UUID.fromString(pieces[0]);
            for (int i = 1; i < pieces.length; i++) {
                int dash = pieces[i].indexOf('-');
                long first = Long.parseLong(dash < 0 ? pieces[i] : pieces[i].substring(0, dash));
                intervals.add(
                        new Interval(source, first, dash < 0 ? first : Long.parseLong(pieces[i].substring(dash + 1))));
            }
        }
        return new GtidSet(intervals);
    }

    /**
     * Reads to the buffer's end.
     *
     * @throws ProtocolException when it is malformed
     */
    static GtidSet decode(ByteBuf in) {
        List<Interval> intervals = new ArrayList<>();
        long sources = readCount(in, SOURCE_BYTES);
        for (long i = 0; i < sources; i++) {
            ProtocolStrings.require(in, SOURCE_BYTES);
            UUID source = new UUID(in.readLong(), in.readLong());
            long count = readCount(in, INTERVAL_BYTES);
            for (long j = 0; j < count; j++) {
                long first = in.readLongLE();
                long behind = in.readLongLE();
                if (first < 1 || behind <= first) {
                    throw ProtocolException.malformed("an interval of transactions from " + first + " up to " + behind);
                }
                intervals.add(new Interval(source, first, behind - 1));
            }
        }
        if (in.isReadable()) {
            throw ProtocolException.malformed(in.readableBytes() + " bytes behind a set of GTIDs");
        }
        return new GtidSet(intervals);
    }

    /** A count whose elements are there: nothing is allocated or looped by a number alone. */
    private static long readCount(ByteBuf in, int elementBytes) {
        ProtocolStrings.require(in, 8);
        long count = in.readLongLE();
        if (count < 0 || count > in.readableBytes() / elementBytes) {
            throw ProtocolException.malformed(
                    Long.toUnsignedString(count) + " elements of a set of GTIDs in " + in.readableBytes() + " bytes");
        }
        return count;
    }

    void encode(ByteBuf out) {
        Map<UUID, List<Interval>> sources = bySource();
        out.writeLongLE(sources.size());
        sources.forEach((source, ranges) -> {
            out.writeLong(source.getMostSignificantBits()).writeLong(source.getLeastSignificantBits());
            out.writeLongLE(ranges.size());
            for (Interval range : ranges) {
                out.writeLongLE(range.first).writeLongLE(range.last + 1);
            }
        });
    }

    private Map<UUID, List<Interval>> bySource() {
        return intervals.stream()
                .collect(Collectors.groupingBy(Interval::source, LinkedHashMap::new, Collectors.toList()));
    }

    /** The server's text. */
    @Override
    public String toString() {
        return bySource().entrySet().stream()
                .map(entry -> entry.getKey() + ":"
                        + entry.getValue().stream().map(Interval::toString).collect(Collectors.joining(":")))
                .collect(Collectors.joining(","));
    }
}
