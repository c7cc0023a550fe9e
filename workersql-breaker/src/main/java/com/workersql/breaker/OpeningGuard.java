// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * Has the last word before a closed breaker opens, so that a group of breakers can keep a share of its members
 * callable. Not asked when an operator forces a breaker open, nor when a half-open one opens again.
 */
@FunctionalInterface
public interface OpeningGuard {
    /**
     * Runs {@code opening} or leaves it. Called on the thread whose outcome trips the breaker. A breaker that may not
     * open starts to count anew.
     *
     * @param opening changes the breaker's state; to be run at most once, before this method returns; it is short and
     *     calls no listener, so it may be run under a lock
     * @return whether {@code opening} was run
     */
    boolean tryOpen(Runnable opening);
}
