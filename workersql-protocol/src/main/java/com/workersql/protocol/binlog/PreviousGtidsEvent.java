// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The ids of all transactions in the files before this one, in MySQL.
 *
 * <pre>{@code
 * count of sets (8 bytes; in the tagged form the highest byte is 1 and the count lies in the six bytes in the middle),
 * for each: UUID (16 bytes), [ tagged: length (1 byte, doubled), tag ], count of intervals (8 bytes),
 *           for each: first number (8 bytes), number behind the last (8 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Previous_gtids_event", Gtid_set::encode.
 *
 * @param sets never null
 */
public record PreviousGtidsEvent(List<GtidSet> sets) implements BinlogEvent {
    private static final int LEAST_SET_BYTES = GtidEvent.UUID_BYTES + 8;
    private static final int INTERVAL_BYTES = 16;

    /**
     * The numbers of one server and tag.
     *
     * @param serverUuid of the server
     * @param tag empty for none
     * @param intervals in ascending order
     */
    public record GtidSet(UUID serverUuid, String tag, List<Interval> intervals) {
        public GtidSet {
            intervals = List.copyOf(intervals);
        }
    }

    /**
     * Numbers without a gap.
     *
     * @param first at least 1
     * @param last at least {@code first}
     */
    public record Interval(long first, long last) {
        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + "-" + last;
        }
    }

    public PreviousGtidsEvent {
        sets = List.copyOf(sets);
    }

    /** As {@code gtid_executed} has it: {@code uuid:1-5:7:tag:1-3}, sets of several UUIDs with a comma between them. */
    public String gtids() {
        StringBuilder text = new StringBuilder();
        UUID last = null;
        for (GtidSet set : sets) {
            if (!set.serverUuid().equals(last)) {
                text.append(last == null ? "" : ",").append(set.serverUuid());
                last = set.serverUuid();
            }
            if (!set.tag().isEmpty()) {
                text.append(':').append(set.tag());
            }
            set.intervals().forEach(interval -> text.append(':').append(interval));
        }
        return text.toString();
    }

    static PreviousGtidsEvent decode(ByteBuf body) {
        ProtocolStrings.require(body, 8);
        long header = body.readLongLE();
        long format = header >>> 56;
        if (format > 1) {
            throw ProtocolException.malformed("a set of GTIDs in unknown format " + format);
        }
        boolean tagged = format == 1;
        long count = tagged ? (header >>> 8) & 0xFFFF_FFFF_FFFFL : header;
        requireEach(count, LEAST_SET_BYTES, body);
        List<GtidSet> sets = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            sets.add(decodeSet(body, tagged));
        }
        return new PreviousGtidsEvent(sets);
    }

    private static GtidSet decodeSet(ByteBuf body, boolean tagged) {
        ProtocolStrings.require(body, GtidEvent.UUID_BYTES);
        UUID uuid = GtidEvent.readUuid(body);
        String tag = tagged ? TaggedFields.readTag(body) : "";
        ProtocolStrings.require(body, 8);
        long count = body.readLongLE();
        requireEach(count, INTERVAL_BYTES, body);
        List<Interval> intervals = new ArrayList<>((int) count);
        long least = 1;
        for (long i = 0; i < count; i++) {
            long first = body.readLongLE();
            long behind = body.readLongLE();
            if (first < least || behind <= first) {
                throw ProtocolException.malformed("GTID numbers " + first + " up to " + behind + " behind " + least);
            }
            intervals.add(new Interval(first, behind - 1));
            least = behind;
        }
        return new GtidSet(uuid, tag, intervals);
    }

    private static void requireEach(long count, int bytes, ByteBuf body) {
        if (count < 0 || count > body.readableBytes() / bytes) {
            throw ProtocolException.malformed("a set of " + Long.toUnsignedString(count) + " GTIDs or intervals, "
                    + body.readableBytes() + " bytes are left");
        }
    }
}
