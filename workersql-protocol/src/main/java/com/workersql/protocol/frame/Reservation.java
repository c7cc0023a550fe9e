// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

/**
 * A budget of memory that is asked before bytes are buffered. Implementations that several connections share must be safe for
 * several threads.
 */
public interface Reservation {
    /** A budget that never refuses. */
    Reservation UNLIMITED = new Reservation() {
        @Override
        public boolean tryReserve(int bytes) {
            return true;
        }

        @Override
        public void release(int bytes) {}
    };

    /**
     * Takes {@code bytes} out of the budget.
     *
     * @return false when they are not to be had; nothing is taken then
     */
    boolean tryReserve(int bytes);

    /** Gives back {@code bytes} that were reserved. */
    void release(int bytes);
}
