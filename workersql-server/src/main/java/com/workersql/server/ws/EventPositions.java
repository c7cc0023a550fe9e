// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import java.util.ArrayDeque;

/** The positions behind the last events of a subscription, so many of them and no more. Used by one thread at a time. */
final class EventPositions {
    private final int limit;
    private final ArrayDeque<String> positions = new ArrayDeque<>();
    private long lastSequence;

    /** @param limit how many are kept, besides that of the last event */
    EventPositions(int limit) {
        this.limit = limit;
    }

    /** @param sequence the event behind which the subscription begins or goes on; 0 for none */
    void begin(long sequence, String position) {
        positions.clear();
        positions.add(position);
        lastSequence = sequence;
    }

    void event(long sequence, String position) {
        positions.addLast(position);
        lastSequence = sequence;
        if (positions.size() > limit + 1) {
            positions.removeFirst();
        }
    }

    /** Nothing has happened up to there since the last event. */
    void advance(String position) {
        positions.pollLast();
        positions.addLast(position);
    }

    /** Where to go on behind an event; null when that is not known any more, or not yet. */
    String behind(long sequence) {
        long back = lastSequence - sequence;
        if (back < 0 || back >= positions.size()) {
            return null;
        }
        var newestFirst = positions.descendingIterator();
        for (long i = 0; i < back; i++) {
            newestFirst.next();
        }
        return newestFirst.next();
    }

    /** What it takes to keep these. */
    int weightBytes() {
        return positions.stream().mapToInt(String::length).sum();
    }
}
