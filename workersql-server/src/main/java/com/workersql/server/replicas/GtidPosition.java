// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server has executed, as its family writes it. MariaDB: {@code domain-server-sequence} triples, where a sequence number
 * stands for all before it in its domain. MySQL: {@code uuid:1-5:7}, with tags, sets of intervals for each source.
 */
public final class GtidPosition {
    /** Nothing. */
    public static final GtidPosition EMPTY = new GtidPosition(Map.of());

    /** By MariaDB's domain or MySQL's source: intervals of numbers, both ends within. */
    private final Map<String, List<long[]>> intervals;

    private GtidPosition(Map<String, List<long[]>> intervals) {
        this.intervals = intervals;
    }

    /**
     * Reads a position.
     *
     * @param text as the server gives it; null and empty are nothing
     * @return the position
     * @throws IllegalArgumentException when it is written in neither way
     */
    public static GtidPosition parse(String text) {
        if (text == null || text.isBlank()) {
            return EMPTY;
        }
        var found = new HashMap<String, List<long[]>>();
        for (String part : text.replaceAll("\\s", "").split(",", -1)) {
            try {
                if (part.indexOf(':') >= 0) {
                    mySql(part, found);
                } else if (!part.isEmpty()) {
                    mariaDb(part, found);
                }
            } catch (RuntimeException e) {
                throw new IllegalArgumentException("'" + text + "' is no GTID position", e);
            }
        }
        return new GtidPosition(found);
    }

    private static void mariaDb(String triple, Map<String, List<long[]>> found) {
        var fields = triple.split("-", -1);
        if (fields.length != 3) {
            throw new IllegalArgumentException(triple);
        }
        add(found, fields[0], 1, Long.parseLong(fields[2]));
    }

    private static void mySql(String set, Map<String, List<long[]>> found) {
        var fields = set.split(":", -1);
        String source = fields[0].toLowerCase(java.util.Locale.ROOT);
        for (int i = 1; i < fields.length; i++) {
            if (!Character.isDigit(fields[i].charAt(0))) {
                // A tag, which holds for the intervals behind it.
                source = fields[0].toLowerCase(java.util.Locale.ROOT) + ":" + fields[i];
                continue;
            }
            var ends = fields[i].split("-", -1);
            add(found, source, Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]));
        }
    }

    private static void add(Map<String, List<long[]>> found, String source, long first, long last) {
        found.computeIfAbsent(source, key -> new ArrayList<>()).add(new long[] {first, last});
    }

    /**
     * Whether everything in another position is in this one.
     *
     * @param other the other one
     * @return true also when the other one is empty
     */
    public boolean contains(GtidPosition other) {
        return other.intervals.entrySet().stream()
                .allMatch(entry -> entry.getValue().stream()
                        .allMatch(interval -> covers(intervals.getOrDefault(entry.getKey(), List.of()), interval)));
    }

    private static boolean covers(List<long[]> own, long[] wanted) {
        return own.stream().anyMatch(interval -> interval[0] <= wanted[0] && wanted[1] <= interval[1]);
    }

    /** {@return whether nothing was executed} */
    public boolean isEmpty() {
        return intervals.isEmpty();
    }
}
