// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that the answers of all sockets hold until their clients have read them. Safe for all threads. */
final class AnswerBudget {
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    AnswerBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    boolean tryTake(int bytes) {
        if (usedBytes.addAndGet(bytes) > limitBytes) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void give(int bytes) {
        usedBytes.addAndGet(-bytes);
    }

    long limitBytes() {
        return limitBytes;
    }

    long usedBytes() {
        return usedBytes.get();
    }
}
