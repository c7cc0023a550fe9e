// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The idle connections of one event loop at one endpoint, the last used on top. Confined to that loop. An entry in it may have been
 * claimed by another thread meanwhile: its state decides, the list is only where to look.
 *
 * @param <C> the connection
 */
final class LoopIdle<C> {
    private static final int PRUNE_EVERY = 1024;

    private final Map<PoolKey, ArrayDeque<Entry<C>>> byKey = new HashMap<>();
    private int additions;

    void add(Entry<C> entry) {
        var stack = byKey.computeIfAbsent(entry.key, k -> new ArrayDeque<>());
        if (entry.listed) {
            stack.removeLastOccurrence(entry);
        }
        entry.listed = true;
        stack.addLast(entry);
        dropClaimedFromBottom(stack);
        if (++additions % PRUNE_EVERY == 0) {
            byKey.values().removeIf(s -> {
                dropClaimedFromBottom(s);
                return s.isEmpty();
            });
        }
    }

    void remove(Entry<C> entry) {
        var stack = byKey.get(entry.key);
        if (entry.listed && stack != null) {
            stack.removeLastOccurrence(entry);
            entry.listed = false;
        }
    }

    /**
     * Claims an idle entry.
     *
     * @param key what is wanted
     * @param preference scores a connection
     * @param idleSinceAtLeastNanos entries idle for longer are left, since they must be checked first
     * @return the entry, lent now; null when there is none
     */
    Entry<C> take(PoolKey key, ToIntFunction<C> preference, long idleSinceAtLeastNanos) {
        var stack = byKey.get(key);
        if (stack == null) {
            return null;
        }
        while (true) {
            var best = best(stack, preference, idleSinceAtLeastNanos);
            if (best == null) {
                return null;
            }
            stack.removeLastOccurrence(best);
            best.listed = false;
            if (best.tryMove(Entry.State.IDLE, Entry.State.LENT)) {
                return best;
            }
        }
    }

    private Entry<C> best(ArrayDeque<Entry<C>> stack, ToIntFunction<C> preference, long idleSinceAtLeastNanos) {
        Entry<C> best = null;
        int bestScore = Integer.MIN_VALUE;
        int candidates = 0;
        var newestFirst = stack.descendingIterator();
        while (newestFirst.hasNext() && candidates < ConnectionPreference.MAX_CANDIDATES) {
            var entry = newestFirst.next();
            if (!entry.isIdle()) {
                newestFirst.remove();
                entry.listed = false;
                continue;
            }
            if (entry.idleSinceNanos - idleSinceAtLeastNanos < 0) {
                break;
            }
            candidates++;
            int score = preference.applyAsInt(entry.connection);
            if (best == null || score > bestScore) {
                best = entry;
                bestScore = score;
            }
            if (score == ConnectionPreference.PERFECT) {
                break;
            }
        }
        return best;
    }

    private void dropClaimedFromBottom(ArrayDeque<Entry<C>> stack) {
        var oldest = stack.peekFirst();
        while (oldest != null && !oldest.isIdle()) {
            stack.pollFirst();
            oldest.listed = false;
            oldest = stack.peekFirst();
        }
    }
}
