// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

/** What one subscriber holds. Used on the subscriber's event loop. */
public interface Subscription {
    /**
     * Allows so many more changes to be told. Without credit they wait, up to the setting {@code changes.queue_bytes}; beyond
     * it the subscription ends by {@link ChangeListener#lost}.
     *
     * @param changes at least 1
     */
    void request(int changes);

    /** Ends the subscription; the listener is not called any more. Harmless when it has ended already. */
    void close();
}
