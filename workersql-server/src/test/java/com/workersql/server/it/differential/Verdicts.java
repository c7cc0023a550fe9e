// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the statements of each class ended, and what differed. For any thread. */
final class Verdicts {
    /** Behind so many a search ends: more say no more. */
    private static final int ENOUGH = 50;

    private static final class Tally {
        private int same;
        private int refused;
        private int failedAlike;

        int all() {
            return same + refused + failedAlike;
        }
    }

    private final Map<String, Tally> tallies = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();

    private Tally of(String kind) {
        return tallies.computeIfAbsent(kind, name -> new Tally());
    }

    synchronized void same(String kind) {
        of(kind).same++;
    }

    synchronized void refused(String kind) {
        of(kind).refused++;
    }

    synchronized void failedAlike(String kind) {
        of(kind).failedAlike++;
    }

    synchronized void different(String what) {
        differences.add(what);
    }

    synchronized boolean areEnough() {
        return differences.size() >= ENOUGH;
    }

    synchronized List<String> differences() {
        return List.copyOf(differences);
    }

    /** Prints the share of refusals per class. */
    synchronized void report(int schemas, double seconds) {
        int all = 0;
        int refused = 0;
        System.out.printf("%-22s %8s %9s %13s%n", "class", "all", "refused", "failed alike");
        for (var entry : tallies.entrySet()) {
            var tally = entry.getValue();
            all += tally.all();
            refused += tally.refused;
            System.out.printf(
                    "%-22s %8d %8.1f%% %12.1f%%%n",
                    entry.getKey(),
                    tally.all(),
                    100.0 * tally.refused / Math.max(1, tally.all()),
                    100.0 * tally.failedAlike / Math.max(1, tally.all()));
        }
        System.out.printf(
                "%-22s %8d %8.1f%%, %d different, %d schemas in %.0f s%n",
                "all", all, 100.0 * refused / Math.max(1, all), differences.size(), schemas, seconds);
    }
}
