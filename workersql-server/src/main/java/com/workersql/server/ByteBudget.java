// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.protocol.frame.Reservation;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes that the statements of all clients together may hold while they arrive. Safe for all threads. */
final class ByteBudget implements Reservation {
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    @Override
    public boolean tryReserve(int bytes) {
        if (usedBytes.addAndGet(bytes) > limitBytes) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    @Override
    public void release(int bytes) {
        usedBytes.addAndGet(-bytes);
    }

    long usedBytes() {
        return usedBytes.get();
    }
}
