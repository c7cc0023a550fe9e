// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The policies that have been in force, newest last, so that one of them can be put in force again. Safe for any thread. */
public final class PolicyHistory {

    /**
     * A policy that was put in force.
     *
     * @param number counts up from 1, also when a policy comes back
     * @param policy the policy; its version is the checksum of its document
     */
    public record Entry(long number, RoutingPolicy policy) {}

    private final int limit;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long published;

    /**
     * Makes a history.
     *
     * @param limit how many policies are kept, at least 2
     * @param first the policy in force
     */
    public PolicyHistory(int limit, RoutingPolicy first) {
        if (limit < 2) {
            throw new IllegalArgumentException("limit must be at least 2, got " + limit);
        }
        this.limit = limit;
        publish(first);
    }

    /**
     * {@return the entry of a policy that is in force from now on}
     *
     * @param policy the policy
     */
    public synchronized Entry publish(RoutingPolicy policy) {
        Entry entry = new Entry(published + 1, Objects.requireNonNull(policy, "policy"));
        published++;
        entries.addLast(entry);
        if (entries.size() > limit) {
            entries.removeFirst();
        }
        return entry;
    }

    /** {@return the entry in force} */
    public synchronized Entry current() {
        return entries.getLast();
    }

    /** {@return the entries that are kept, oldest first} */
    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /**
     * {@return the entry of an earlier policy that is in force again; empty where no such version is kept}
     *
     * @param version the policy's version
     */
    public synchronized Optional<Entry> rollback(String version) {
        return entries.stream()
                .filter(entry -> entry.policy().version().equals(version))
                .findFirst()
                .map(entry -> publish(entry.policy()));
    }
}
