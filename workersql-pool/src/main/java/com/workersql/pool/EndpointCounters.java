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
    private final Map<AcquireSource, LongAdder> acquired = adders(AcquireSource.class);
    private final Map<CloseReason, LongAdder> closed = adders(CloseReason.class);

    void acquired(AcquireSource source) {
        acquired.get(source).increment();
    }

    void closed(CloseReason reason) {
        closed.get(reason).increment();
    }

    Map<AcquireSource, Long> acquired() {
        return sums(AcquireSource.class, acquired);
    }

    Map<CloseReason, Long> closed() {
        return sums(CloseReason.class, closed);
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
