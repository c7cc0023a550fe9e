// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys of which some idle connections are kept open ({@link PoolConfig#minIdlePerKey()}), each until nobody has borrowed under it
 * for a connection's lifetime. Thread-safe; nothing here is on the way of a borrow.
 *
 * @param <C> the connection
 */
final class WarmKeys<C> {
    /** A server that refuses is not asked again at once, since nobody waits for the answer. */
    private static final long RETRY_NANOS = 10_000_000_000L;

    private final Places<C> places;
    private final PoolConfig config;
    private final Map<PoolKey, Warm> keys = new ConcurrentHashMap<>();

    private static final class Warm {
        volatile Object loop;
        volatile long usedNanos;
        volatile long notBeforeNanos;

        Warm(Object loop, long nowNanos) {
            this.loop = loop;
            this.usedNanos = nowNanos;
            this.notBeforeNanos = nowNanos;
        }
    }

    WarmKeys(Places<C> places, PoolConfig config) {
        this.places = places;
        this.config = config;
    }

    void add(PoolKey key, Object loop, long nowNanos) {
        if (config.minIdlePerKey() > 0) {
            keys.computeIfAbsent(key, k -> new Warm(loop, nowNanos)).usedNanos = nowNanos;
        }
    }

    /** A connection was opened; when that was for a borrower, its key is in use, on that borrower's event loop. */
    void opened(Entry<C> entry, long nowNanos) {
        if (!entry.opener.isNobody) {
            add(entry.key, entry.loop, nowNanos);
            var warm = keys.get(entry.key);
            if (warm != null) {
                warm.loop = entry.loop;
            }
        }
    }

    void failed(Entry<C> entry, long nowNanos) {
        var warm = keys.get(entry.key);
        if (warm != null) {
            warm.notBeforeNanos = nowNanos + RETRY_NANOS;
        }
    }

    /** True when a connection that nobody used for long stays, because its key would have too few without it. */
    boolean needs(Entry<C> entry) {
        return keys.containsKey(entry.key) && idle(entry.key) <= config.minIdlePerKey();
    }

    /**
     * Forgets keys out of use, and tells what is missing of the others.
     *
     * @param unhurried nobody waits for a connection, so that opening some takes nothing from anybody
     * @return for each connection that is to be opened one that stands for its borrower
     */
    List<Waiter<C>> missing(long nowNanos, boolean unhurried) {
        if (keys.isEmpty()) {
            return List.of();
        }
        var missing = new ArrayList<Waiter<C>>();
        keys.forEach((key, warm) -> {
            if (nowNanos - warm.usedNanos >= config.maxLifetimeMillis() * 1_000_000L) {
                keys.remove(key, warm);
            } else if (unhurried && nowNanos - warm.notBeforeNanos >= 0) {
                for (int n = idle(key) + connecting(key); n < config.minIdlePerKey(); n++) {
                    missing.add(Waiter.nobody(key, warm.loop, places.shareOf(key)));
                }
            }
        });
        return missing;
    }

    /** Looks which keys are in use, before connections that tell it are closed. */
    void noticeUse(long nowNanos) {
        if (keys.isEmpty()) {
            return;
        }
        for (var entry : places) {
            var warm = entry.wasLent ? keys.get(entry.key) : null;
            if (warm != null) {
                long used = entry.isIdle() ? entry.idleSinceNanos : nowNanos;
                warm.usedNanos = used - warm.usedNanos > 0 ? used : warm.usedNanos;
            }
        }
    }

    private int idle(PoolKey key) {
        int idle = 0;
        for (var entry : places) {
            if (entry.isIdle() && entry.key.equals(key)) {
                idle++;
            }
        }
        return idle;
    }

    private int connecting(PoolKey key) {
        int connecting = 0;
        for (var entry : places) {
            if (entry.state() == Entry.State.CONNECTING && entry.key.equals(key)) {
                connecting++;
            }
        }
        return connecting;
    }
}
