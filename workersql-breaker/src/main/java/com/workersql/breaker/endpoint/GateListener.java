// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import com.workersql.breaker.Transition;

/** Is told of each change of any gate in a registry, under the rules of {@link com.workersql.breaker.BreakerListener}. */
@FunctionalInterface
public interface GateListener {
    /**
     * Takes note of a change.
     *
     * @param key whose gate, not null
     * @param gate which of its gates, not null
     * @param transition what changed, not null
     */
    void onTransition(EndpointKey key, Gate gate, Transition transition);
}
