// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.GtidEvent;
import com.workersql.protocol.message.client.GtidSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * MySQL's set of executed transactions: intervals of numbers for each source, none of which touch each other. A source is a server's
 * UUID, with a colon and the tag behind it where the transactions have one.
 */
record MySqlPosition(Map<String, List<Span>> spans) implements LogPosition {
    /** Numbers from first to last, both within. */
    record Span(long first, long last) {}

    static MySqlPosition parse(String text) {
        var position = new MySqlPosition(Map.of());
        for (var interval : GtidSet.parse(text).intervals()) {
            position = position.with(
                    source(interval.source(), interval.tag()), new Span(interval.first(), interval.last()));
        }
        return position;
    }

    /** The source of a transaction. */
    static String source(GtidEvent gtid) {
        return source(gtid.serverUuid(), gtid.tag());
    }

    private static String source(UUID server, String tag) {
        return tag.isEmpty() ? server.toString() : server + ":" + tag;
    }

    /** What the server is told. */
    GtidSet gtids() {
        var intervals = new ArrayList<GtidSet.Interval>();
        spans.forEach((source, list) -> {
            int colon = source.indexOf(':');
            var server = UUID.fromString(colon < 0 ? source : source.substring(0, colon));
            var tag = colon < 0 ? "" : source.substring(colon + 1);
            list.forEach(span -> intervals.add(new GtidSet.Interval(server, tag, span.first, span.last)));
        });
        return new GtidSet(intervals);
    }

    @Override
    public MySqlPosition plus(TransactionId id) {
        return contains(id) ? this : with(id.source(), new Span(id.number(), id.number()));
    }

    private MySqlPosition with(String source, Span added) {
        var merged = new ArrayList<Span>();
        long first = added.first;
        long last = added.last;
        for (var span : spans.getOrDefault(source, List.of())) {
            if (span.last + 1 < first) {
                merged.add(span);
            } else if (last + 1 < span.first) {
                merged.add(new Span(first, last));
                first = span.first;
                last = span.last;
            } else {
                first = Math.min(first, span.first);
                last = Math.max(last, span.last);
            }
        }
        merged.add(new Span(first, last));
        var next = new TreeMap<>(spans);
        next.put(source, List.copyOf(merged));
        return new MySqlPosition(next);
    }

    @Override
    public boolean contains(TransactionId id) {
        return covers(id.source(), new Span(id.number(), id.number()));
    }

    private boolean covers(String source, Span wanted) {
        return spans.getOrDefault(source, List.of()).stream()
                .anyMatch(span -> span.first <= wanted.first && wanted.last <= span.last);
    }

    @Override
    public boolean contains(LogPosition other) {
        return other instanceof MySqlPosition position
                && position.spans.entrySet().stream()
                        .allMatch(entry -> entry.getValue().stream().allMatch(span -> covers(entry.getKey(), span)));
    }

    @Override
    public boolean knowsSourcesOf(LogPosition other) {
        return other instanceof MySqlPosition position && spans.keySet().containsAll(position.spans.keySet());
    }

    @Override
    public LogPosition intersection(LogPosition other) {
        var common = new MySqlPosition(Map.of());
        if (other instanceof MySqlPosition position) {
            for (var entry : spans.entrySet()) {
                for (var span : entry.getValue()) {
                    for (var theirs : position.spans.getOrDefault(entry.getKey(), List.of())) {
                        long first = Math.max(span.first, theirs.first);
                        long last = Math.min(span.last, theirs.last);
                        common = first <= last ? common.with(entry.getKey(), new Span(first, last)) : common;
                    }
                }
            }
        }
        return common;
    }

    @Override
    public String toString() {
        return gtids().toString();
    }
}
