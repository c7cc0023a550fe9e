// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PrimaryWaitersTest {
    private final AtomicInteger ran = new AtomicInteger();
    private final PrimaryWaiters waiters = new PrimaryWaiters(2);

    @Test
    void letsThoseWhoWaitGoOnOnce() {
        waiters.add(ran::incrementAndGet);
        waiters.add(ran::incrementAndGet);
        waiters.release();
        waiters.release();

        assertThat(ran).hasValue(2);
        assertThat(waiters.size()).isZero();
    }

    @Test
    void letsNoMoreWaitThanItsLimit() {
        waiters.add(ran::incrementAndGet);
        waiters.add(ran::incrementAndGet);

        assertThat(waiters.add(ran::incrementAndGet)).isNull();
    }

    @Test
    void whoGaveUpDoesNotGoOn() {
        var ticket = waiters.add(ran::incrementAndGet);

        assertThat(ticket.cancel()).isTrue();
        waiters.release();
        assertThat(ran).hasValue(0);
        assertThat(ticket.cancel()).isFalse();
    }
}
