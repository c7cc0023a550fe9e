// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.time.Duration;
import java.util.Random;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Whatever threads do to a half-open breaker at once must look as if they had done it one after the other: so there are
 * never more probes than configured, none is lost, and each answer counts once.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
public class HalfOpenLinearizabilityTest {
    private static final int PROBES = 2;

    /** Enough to find a step that is not atomic; {@code -Dbreaker.iterations=80} for a long search. */
    private static final int ITERATIONS = Integer.getInteger("breaker.iterations", 4);

    private final CircuitBreaker breaker;
    private final Permit[] held = new Permit[16];

    public HalfOpenLinearizabilityTest() {
        var clock = new FakeClock();
        breaker = CircuitBreaker.builder().probes(PROBES).openJitter(0).build(clock, new Random(1));
        breaker.reportDown();
        clock.advance(Duration.ofSeconds(15));
    }

    @Operation
    public String ask(@Param(name = "thread") int thread) {
        if (held[thread] != null) {
            return "holds one";
        }
        held[thread] = breaker.tryAcquire();
        if (held[thread] == null) {
            return "no";
        }
        return held[thread].isProbe() ? "probe" : "yes";
    }

    @Operation
    public void giveBack(@Param(name = "thread") int thread) {
        if (held[thread] != null) {
            held[thread].released();
            held[thread] = null;
        }
    }

    @Operation
    public void succeed(@Param(name = "thread") int thread) {
        if (held[thread] != null) {
            held[thread].succeeded(0);
            held[thread] = null;
        }
    }

    @Operation
    public void fail(@Param(name = "thread") int thread) {
        if (held[thread] != null && held[thread].isProbe()) {
            held[thread].failed(0);
            held[thread] = null;
        }
    }

    @Operation
    public BreakerState state() {
        return breaker.state();
    }

    @Test
    void isLinearizableInEveryInterleavingTried() {
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(200)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(HalfOpenLinearizabilityTest.class);
    }
}
