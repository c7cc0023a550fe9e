// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What was counted at an endpoint since the start. */
final class EndpointCounters {
    final LongAdder timeouts = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder opened = new LongAdder();
    final LongAdder connectFailures = new LongAdder();
    final LongAdder resets = new LongAdder();
    final LongAdder rollbacks = new LongAdder();
    private final Map<AcquireSource, LongAdder> acquired = adders(AcquireSource.class);
    private final Map<CloseReason, LongAdder> closed = adders(CloseReason.class);

    void acquired(AcquireSource source) {
        acquired.get(source).increment();
    }

    void closed(CloseReason reason) {
        closed.get(reason).increment();
    }

    private Map<AcquireSource, Long> acquired() {
        return sums(AcquireSource.class, acquired);
    }

    private Map<CloseReason, Long> closed() {
        return sums(CloseReason.class, closed);
    }

    /** The counts, and what an endpoint has now. */
    EndpointStats stats(Endpoint endpoint, Places<?> places, int waiting, int controlConnections) {
        int idle = 0;
        int lent = 0;
        int connecting = 0;
        for (var entry : places) {
            switch (entry.state()) {
                case CONNECTING -> connecting++;
                case IDLE -> idle++;
                case LENT, CLOSING -> lent++;
                case GONE -> {}
            }
        }
        return new EndpointStats(
                endpoint,
                places.limit(),
                idle + lent,
                idle,
                lent,
                places.pinned(),
                connecting,
                waiting,
                acquired(),
                timeouts.sum(),
                rejected.sum(),
                opened.sum(),
                connectFailures.sum(),
                closed(),
                resets.sum(),
                rollbacks.sum(),
                controlConnections);
    }

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        var map = new EnumMap<E, LongAdder>(type);
        for (E constant : type.getEnumConstants()) {
            map.put(constant, new LongAdder());
        }
        return map;
    }

    private static <E extends Enum<E>> Map<E, Long> sums(Class<E> type, Map<E, LongAdder> adders) {
        var sums = new EnumMap<E, Long>(type);
        adders.forEach((constant, adder) -> sums.put(constant, adder.sum()));
        return sums;
    }
}
