// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.message.client.MariaDbGtidPosition;
import java.util.Map;
import java.util.TreeMap;

/** The last transaction of each of MariaDB's domains: {@code 0-1-100}. */
record MariaDbPosition(Map<String, TransactionId> last) implements LogPosition {
    static MariaDbPosition parse(String text) {
        var last = new TreeMap<String, TransactionId>();
        for (var gtid : MariaDbGtidPosition.parse(text).transactions()) {
            var domain = Long.toString(gtid.domain());
            last.put(domain, new TransactionId(domain, gtid.server(), gtid.sequence()));
        }
        return new MariaDbPosition(last);
    }

    /** What the server is asked for. */
    MariaDbGtidPosition gtids() {
        return new MariaDbGtidPosition(last.values().stream()
                .map(id -> new MariaDbGtidPosition.Gtid(Long.parseLong(id.source()), id.server(), id.number()))
                .toList());
    }

    @Override
    public LogPosition plus(TransactionId id) {
        if (contains(id)) {
            return this;
        }
        var next = new TreeMap<>(last);
        next.put(id.source(), id);
        return new MariaDbPosition(next);
    }

    @Override
    public boolean contains(TransactionId id) {
        var known = last.get(id.source());
        return known != null && Long.compareUnsigned(id.number(), known.number()) <= 0;
    }

    @Override
    public boolean contains(LogPosition other) {
        return other instanceof MariaDbPosition position
                && position.last.values().stream().allMatch(this::contains);
    }

    @Override
    public boolean knowsSourcesOf(LogPosition other) {
        return other instanceof MariaDbPosition position && last.keySet().containsAll(position.last.keySet());
    }

    @Override
    public LogPosition intersection(LogPosition other) {
        var common = new TreeMap<String, TransactionId>();
        if (other instanceof MariaDbPosition position) {
            last.forEach((domain, id) -> {
                var theirs = position.last.get(domain);
                if (theirs != null) {
                    common.put(domain, position.contains(id) ? id : theirs);
                }
            });
        }
        return new MariaDbPosition(common);
    }

    @Override
    public String toString() {
        return gtids().toString();
    }
}
