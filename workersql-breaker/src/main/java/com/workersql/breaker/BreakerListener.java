// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * Is told of each change of a breaker.
 *
 * <p>Called after the change, once for each, on the thread that caused it (which may be an event loop: do not block),
 * outside of any lock. Two changes that follow each other quickly may be reported by two threads at once:
 * {@link Transition#sequence()} gives their order. What a listener throws goes to the thread's uncaught exception
 * handler and never to the caller of the breaker.
 */
@FunctionalInterface
public interface BreakerListener {
    /**
     * Takes note of a change.
     *
     * @param transition what changed, not null
     */
    void onTransition(Transition transition);
}
