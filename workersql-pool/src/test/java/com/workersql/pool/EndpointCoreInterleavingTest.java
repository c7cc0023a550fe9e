// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.pool.CountingConnector.Owned;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Borrowing, giving back, evicting, closing, timing out and cancelling in every interleaving that is tried: a connection never has two
 * owners, there are never more than the limit, and in the end nobody is forgotten. Each thread is an event loop with an inbox of its
 * own, whose tasks it runs when an operation says so, as late as it likes.
 *
 * <p>Broken promises are counted where they are broken, and looked at when a scenario has ended; so nothing is compared with what the
 * operations would give one after the other, which would cost most of the time. {@code -Dpool.iterations=100} is the long search.
 */
@Tag("lincheck")
@Param(name = "thread", gen = ThreadIdGen.class)
public class EndpointCoreInterleavingTest {
    private static final int LIMIT = 3;
    private static final int MAX_THREADS = 8;

    /** How many scenarios are made up: by default some for every day. */
    private static final int ITERATIONS = Integer.getInteger("pool.iterations", 3);

    private static final boolean LONG = ITERATIONS > 10;

    private final List<Loop> loops = new ArrayList<>();
    private final CountingConnector connector = new CountingConnector(LIMIT, PoolConfig.builder());
    private final EndpointCore<Owned> core = connector.core;

    /** An event loop: what it has to do, and what its borrower has. The latter belongs to the loop's thread. */
    private static final class Loop extends CountingConnector.Loop {
        Request request;
        Entry<Owned> held;
    }

    private final class Request extends Waiter<Owned> {
        volatile Entry<Owned> got;
        volatile boolean answered;

        Request(PoolKey key, Loop loop) {
            super(key, loop, 1, 2);
        }

        @Override
        void acquired(Entry<Owned> entry, AcquireSource source) {
            connector.own(entry);
            got = entry;
            answered = true;
        }

        @Override
        void failed(Throwable cause) {
            answered = true;
        }
    }

    public EndpointCoreInterleavingTest() {
        for (int i = 0; i < MAX_THREADS; i++) {
            loops.add(new Loop());
        }
        // Most of what can go wrong is about connections that are idle, and few scenarios would come so far by
        // themselves.
        for (var loop : loops.subList(0, LIMIT)) {
            borrow(loop, CoreFixture.KEY_A);
            loop.runTasks();
            giveBack(loop, false);
        }
    }

    /** A failure is a broken promise too. */
    private void step(Runnable operation) {
        try {
            operation.run();
        } catch (RuntimeException | AssertionError e) {
            connector.broken.incrementAndGet();
            throw e;
        }
    }

    @Operation
    public void borrow(@Param(name = "thread") int thread) {
        step(() -> borrow(loops.get(thread), CoreFixture.KEY_A));
    }

    @Operation
    public void borrowOfAnotherKey(@Param(name = "thread") int thread) {
        step(() -> borrow(loops.get(thread), CoreFixture.KEY_B));
    }

    private void borrow(Loop loop, PoolKey key) {
        if (loop.held == null && loop.request == null) {
            loop.held = core.acquireNow(key, loop, c -> ConnectionPreference.PERFECT);
            if (loop.held != null) {
                connector.own(loop.held);
            } else {
                loop.request = new Request(key, loop);
                core.submit(loop.request);
            }
        }
    }

    @Operation
    public void giveBack(@Param(name = "thread") int thread) {
        step(() -> giveBack(loops.get(thread), false));
    }

    @Operation
    public void discard(@Param(name = "thread") int thread) {
        step(() -> giveBack(loops.get(thread), true));
    }

    private void giveBack(Loop loop, boolean discard) {
        var entry = take(loop);
        if (entry != null) {
            connector.giveBack(loop, entry, discard);
        }
    }

    private static Entry<Owned> take(Loop loop) {
        var entry = loop.held;
        loop.held = null;
        if (entry == null && loop.request != null && loop.request.answered) {
            entry = loop.request.got;
            loop.request = null;
        }
        return entry;
    }

    @Operation
    public void giveUp(@Param(name = "thread") int thread) {
        step(() -> {
            var loop = loops.get(thread);
            if (loop.request != null && (thread % 2 == 0 ? core.cancel(loop.request) : core.expire(loop.request))) {
                loop.request = null;
            }
        });
    }

    @Operation
    public void runTasks(@Param(name = "thread") int thread) {
        step(loops.get(thread)::runTasks);
    }

    @Operation
    public void evict() {
        step(core::invalidate);
    }

    /** Ends everything that is under way, and looks whether anybody still waits. */
    @Validate
    public void nobodyIsForgotten() {
        boolean moved;
        do {
            moved = false;
            for (var loop : loops) {
                moved |= loop.runTasks();
                moved |= loop.held != null || (loop.request != null && loop.request.answered);
                giveBack(loop, false);
            }
        } while (moved);
        for (var loop : loops) {
            if (loop.request != null) {
                throw new IllegalStateException("a request is forgotten");
            }
        }
        if (core.stats(0).waiting() != 0
                || core.permitsTaken() != connector.open.get()
                || connector.broken.get() != 0) {
            throw new IllegalStateException(
                    core.stats(0) + ", open " + connector.open + ", broken promises " + connector.broken);
        }
    }

    @Test
    void keepsItsPromisesInEveryInterleavingTried() {
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(LONG ? 300 : 40)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(0)
                .verifier(EpsilonVerifier.class)
                .check(EndpointCoreInterleavingTest.class);
    }

    @Test
    void keepsItsPromisesUnderStress() {
        new StressOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(LONG ? 10_000 : 250)
                .threads(LONG ? 3 : 2)
                .actorsPerThread(5)
                .actorsBefore(2)
                .actorsAfter(2)
                .verifier(EpsilonVerifier.class)
                .check(EndpointCoreInterleavingTest.class);
    }
}
