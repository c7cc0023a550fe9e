// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClosedPathAllocationTest {
    private static final int CALLS = 100_000;

    private final CircuitBreaker breaker = CircuitBreaker.builder()
            .slowCallRate(0.9, Duration.ofSeconds(1))
            .failureRate(0.9)
            .build(System::nanoTime, new Random(1));

    @Test
    void aCallThroughAClosedBreakerAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        runCalls();
        // The bean itself may allocate; what a hundred thousand calls allocate must be less than a byte for each.
        long before = threads.getCurrentThreadAllocatedBytes();
        runCalls();
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(allocatedBytes).isLessThan(CALLS / 100);
    }

    private void runCalls() {
        for (int i = 0; i < CALLS; i++) {
            Permit permit = breaker.tryAcquire();
            switch (i % 8) {
                case 0 -> permit.failed(1_000);
                case 1 -> permit.succeeded(2_000_000_000);
                case 2 -> permit.released();
                default -> permit.finish(FailureClass.NEUTRAL, 1_000);
            }
        }
    }
}
