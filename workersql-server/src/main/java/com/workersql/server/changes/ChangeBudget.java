// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes of changes that wait for subscribers, each transaction counted once however many wait for it. Safe for all threads. */
final class ChangeBudget {
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    ChangeBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Takes bytes; null when there are not so many. */
    Charge tryTake(long bytes) {
        if (usedBytes.addAndGet(bytes) > limitBytes) {
            usedBytes.addAndGet(-bytes);
            return null;
        }
        return new Charge(bytes);
    }

    /** Whether so much is taken that what can wait should. */
    boolean isCrowded() {
        return usedBytes.get() > limitBytes / 2;
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /** The bytes of one transaction, given back when the last of those who hold it lets go. */
    final class Charge {
        private final long bytes;
        private final AtomicInteger holders = new AtomicInteger(1);

        private Charge(long bytes) {
            this.bytes = bytes;
        }

        void hold() {
            holders.incrementAndGet();
        }

        void release() {
            if (holders.decrementAndGet() == 0) {
                usedBytes.addAndGet(-bytes);
            }
        }
    }
}
