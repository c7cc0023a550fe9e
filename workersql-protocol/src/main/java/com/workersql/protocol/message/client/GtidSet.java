// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A set of MySQL's global transaction ids: {@code 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7:some_tag:1-3}. Immutable.
 *
 * <pre>{@code
 * sets (8 bytes; where one has a tag: 0x01, sets (6 bytes), 0x01),
 * (source's UUID (16 bytes, big endian), [ where one has a tag: length (1 byte, doubled), tag ],
 *  intervals (8 bytes), (start (8 bytes), end + 1 (8 bytes))* )*
 * }</pre>
 *
 * <p>Tags are of MySQL 8.3 and later, and only servers that know them are sent the form that has them. Source: dev.mysql.com
 * "COM_BINLOG_DUMP_GTID", "GTID Sets", Gtid_set::encode.
 *
 * @param intervals those of one source and tag in one run; put in that order, with those that have no tag in front
 */
public record GtidSet(List<Interval> intervals) {
    /** No transaction. */
    public static final GtidSet EMPTY = new GtidSet(List.of());

    private static final int UUID_BYTES = 16;
    private static final int SET_BYTES = UUID_BYTES + 8;
    private static final int INTERVAL_BYTES = 16;
    private static final int TAGGED = 1;
    private static final long COUNT_MASK = 0xFFFF_FFFF_FFFFL;
    private static final int MAX_TAG_BYTES = 32;
    private static final Pattern TAG = Pattern.compile("[a-z_][a-z0-9_]{0," + (MAX_TAG_BYTES - 1) + "}");

    /**
     * Transactions of one source and tag.
     *
     * @param source the server that ran them first
     * @param tag small letters, digits and underscores, 32 at most; empty for none
     * @param first at least 1
     * @param last at least {@code first}
     */
    public record Interval(UUID source, String tag, long first, long last) {
        /** Checks tag and order. */
        public Interval {
            requireNonNull(source, "source");
            if (!tag.isEmpty() && !TAG.matcher(tag).matches()) {
                throw new IllegalArgumentException("'" + tag + "' as the tag of a GTID");
            }
            if (first < 1 || last < first || last == Long.MAX_VALUE) {
                throw new IllegalArgumentException("an interval of transactions from " + first + " to " + last);
            }
        }

        /** Transactions without a tag. */
        public Interval(UUID source, long first, long last) {
            this(source, "", first, last);
        }

        @Override
        public String toString() {
            return first == last ? String.valueOf(first) : first + "-" + last;
        }
    }

    /** Puts the intervals together. */
    public GtidSet {
        intervals = bySourceAndTag(intervals).values().stream()
                .flatMap(tags -> tags.values().stream().flatMap(List::stream))
                .toList();
    }

    /**
     * Reads the server's text.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static GtidSet parse(String text) {
        List<Interval> intervals = new ArrayList<>();
        for (String part : text.strip().split("\\s*,\\s*", -1)) {
            if (!part.isEmpty()) {
                String[] pieces = part.split(":", -1);
                UUID source = UUID.fromString(pieces[0]);
                String tag = "";
                for (int i = 1; i < pieces.length; i++) {
                    String piece = pieces[i].strip();
                    if (piece.isEmpty() || Character.isDigit(piece.charAt(0))) {
                        intervals.add(parse(source, tag, piece));
                    } else {
                        // It holds for the intervals behind it.
                        tag = piece.toLowerCase(Locale.ROOT);
                    }
                }
            }
        }
        return new GtidSet(intervals);
    }

    private static Interval parse(UUID source, String tag, String interval) {
        int dash = interval.indexOf('-');
        long first = Long.parseLong(dash < 0 ? interval : interval.substring(0, dash));
        return new Interval(source, tag, first, dash < 0 ? first : Long.parseLong(interval.substring(dash + 1)));
    }

    /**
     * Reads to the buffer's end.
     *
     * @throws ProtocolException when it is malformed
     */
    public static GtidSet decode(ByteBuf in) {
        ProtocolStrings.require(in, 8);
        long header = in.readLongLE();
        long format = header >>> 56;
        if (format > TAGGED) {
            throw ProtocolException.malformed("a set of GTIDs in the unknown form " + format);
        }
        boolean isTagged = format == TAGGED;
        long sets = isTagged ? (header >>> 8) & COUNT_MASK : header;
        requireEach(sets, SET_BYTES, in);
        List<Interval> intervals = new ArrayList<>();
        for (long i = 0; i < sets; i++) {
            ProtocolStrings.require(in, UUID_BYTES);
            UUID source = new UUID(in.readLong(), in.readLong());
            readIntervals(in, source, isTagged ? readTag(in) : "", intervals);
        }
        if (in.isReadable()) {
            throw ProtocolException.malformed(in.readableBytes() + " bytes behind a set of GTIDs");
        }
        return new GtidSet(intervals);
    }

    private static String readTag(ByteBuf in) {
        ProtocolStrings.require(in, 1);
        int doubled = in.readUnsignedByte();
        if ((doubled & 1) != 0 || doubled > 2 * MAX_TAG_BYTES) {
            throw ProtocolException.malformed(
                    "a tag whose length is written as " + doubled + ", allowed are " + MAX_TAG_BYTES + " bytes");
        }
        ProtocolStrings.require(in, doubled / 2);
        String tag = in.readString(doubled / 2, StandardCharsets.ISO_8859_1);
        if (!tag.isEmpty() && !TAG.matcher(tag).matches()) {
            throw ProtocolException.malformed("a tag of other characters than small letters, digits and _");
        }
        return tag;
    }

    private static void readIntervals(ByteBuf in, UUID source, String tag, List<Interval> intervals) {
        ProtocolStrings.require(in, 8);
        long count = in.readLongLE();
        requireEach(count, INTERVAL_BYTES, in);
        for (long i = 0; i < count; i++) {
            long first = in.readLongLE();
            long behind = in.readLongLE();
            if (first < 1 || behind <= first) {
                throw ProtocolException.malformed("an interval of transactions from " + first + " up to " + behind);
            }
            intervals.add(new Interval(source, tag, first, behind - 1));
        }
    }

    /** Nothing is allocated or looped by a number alone. */
    private static void requireEach(long count, int bytes, ByteBuf in) {
        if (count < 0 || count > in.readableBytes() / bytes) {
            throw ProtocolException.malformed(
                    Long.toUnsignedString(count) + " elements of a set of GTIDs in " + in.readableBytes() + " bytes");
        }
    }

    void encode(ByteBuf out) {
        Map<UUID, Map<String, List<Interval>>> sources = bySourceAndTag(intervals);
        boolean isTagged = intervals.stream().anyMatch(interval -> !interval.tag.isEmpty());
        long sets = sources.values().stream().mapToInt(Map::size).sum();
        out.writeLongLE(isTagged ? (long) TAGGED << 56 | sets << 8 | TAGGED : sets);
        sources.forEach((source, tags) -> tags.forEach((tag, ranges) -> {
            out.writeLong(source.getMostSignificantBits()).writeLong(source.getLeastSignificantBits());
            if (isTagged) {
                out.writeByte(2 * tag.length()).writeCharSequence(tag, StandardCharsets.US_ASCII);
            }
            out.writeLongLE(ranges.size());
            for (Interval range : ranges) {
                out.writeLongLE(range.first).writeLongLE(range.last + 1);
            }
        }));
    }

    /** What has no tag comes first: in the text nothing ends a tag but another one. */
    private static Map<UUID, Map<String, List<Interval>>> bySourceAndTag(List<Interval> intervals) {
        return intervals.stream()
                .collect(Collectors.groupingBy(
                        Interval::source,
                        LinkedHashMap::new,
                        Collectors.groupingBy(Interval::tag, TreeMap::new, Collectors.toList())));
    }

    /** The server's text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        bySourceAndTag(intervals).forEach((source, tags) -> {
            text.append(text.isEmpty() ? "" : ",").append(source);
            tags.forEach((tag, ranges) -> {
                text.append(tag.isEmpty() ? "" : ":" + tag);
                ranges.forEach(range -> text.append(':').append(range));
            });
        });
        return text.toString();
    }
}
