// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.CountingConnector.Owned;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two threads that do something to the same connection, permit or request at the same moment, again and again, each time a little earlier
 * or later than the other: a step of the core that is not atomic is caught between its halves. What must never happen is counted where it
 * happens.
 *
 * <p>{@code -Dpool.crossings=1000000} is the long form.
 */
class EndpointCoreCrossingTest {
    private static final int ROUNDS = Integer.getInteger("pool.crossings", 2_000);
    private static final int MOST_SPINS = 600;
    private static final int BATCH = 500;
    private static final long SEED = 20_261_127;

    /** Where both begin. */
    private enum Start {
        /** Each loop has an idle connection, and there may be no more. */
        IDLE,
        /** Each loop has lent its connection; there may be no more, and the second one's waits for another. */
        WAITING,
        /** There is nothing yet, and there may be one connection. */
        EMPTY
    }

    /** What a loop does at that moment. */
    private enum Step {
        BORROW,
        BORROW_ANOTHER_KEY,
        GIVE_BACK,
        CANCEL,
        EXPIRE,
        EVICT,
        BREAK,
        WARM_UP
    }

    @ParameterizedTest
    @CsvSource({
        "IDLE, BORROW, BORROW_ANOTHER_KEY",
        "IDLE, BORROW, EVICT",
        "IDLE, EVICT, EVICT",
        "IDLE, BREAK, BORROW_ANOTHER_KEY",
        "IDLE, BREAK, EVICT",
        "WAITING, GIVE_BACK, CANCEL",
        "WAITING, GIVE_BACK, EXPIRE",
        "WAITING, GIVE_BACK, GIVE_BACK",
        "WAITING, GIVE_BACK, BORROW_ANOTHER_KEY",
        "EMPTY, BORROW, BORROW_ANOTHER_KEY",
        "EMPTY, BORROW, WARM_UP",
        "EMPTY, WARM_UP, WARM_UP"
    })
    void keepsItsPromisesWhereTwoCross(Start start, Step first, Step second) throws Exception {
        var random = new Random(SEED);
        for (int n = 0; n < ROUNDS; n += BATCH) {
            var rounds = new ArrayList<Round>();
            for (int i = 0; i < BATCH; i++) {
                rounds.add(new Round(start, random.nextInt(2 * MOST_SPINS) - MOST_SPINS));
            }
            Crossing.run(
                    BATCH,
                    round -> rounds.get(round).act(0, first),
                    round -> rounds.get(round).act(1, second));
            for (int i = 0; i < BATCH; i++) {
                rounds.get(i).end(n + i);
            }
        }
    }

    private static final class Loop extends CountingConnector.Loop {
        final List<Request> requests = new ArrayList<>();
        Entry<Owned> own;
        Entry<Owned> held;
    }

    /** A request; whoever is answered twice, or behind taking it back, counts. */
    private static final class Request extends Waiter<Owned> {
        private final Round round;
        final AtomicInteger answers = new AtomicInteger();
        volatile Entry<Owned> got;

        Request(Round round, PoolKey key, Loop loop) {
            super(key, loop, 1, 2);
            this.round = round;
        }

        @Override
        void acquired(Entry<Owned> entry, AcquireSource source) {
            answers.incrementAndGet();
            round.connector.own(entry);
            got = entry;
        }

        @Override
        void failed(Throwable cause) {
            answers.incrementAndGet();
        }
    }

    /** One core, from its start to the end of all that the two steps caused. */
    private static final class Round {
        /** How much later than the second one the first one acts; less than nothing for earlier. */
        private final int lead;

        private final int limit;
        private final Loop[] loops = {new Loop(), new Loop()};
        private final CountingConnector connector;
        private final EndpointCore<Owned> core;

        Round(Start start, int lead) {
            this.lead = lead;
            limit = start == Start.EMPTY ? 1 : 2;
            connector = new CountingConnector(limit, PoolConfig.builder().minIdlePerKey(start == Start.EMPTY ? 1 : 0));
            core = connector.core;
            if (start == Start.EMPTY) {
                return;
            }
            for (var loop : loops) {
                borrow(loop, CoreFixture.KEY_A);
                runTasks();
                loop.held = loop.requests.remove(0).got;
                loop.own = loop.held;
            }
            if (start == Start.IDLE) {
                for (var loop : loops) {
                    giveBack(loop);
                }
            } else {
                borrow(loops[1], CoreFixture.KEY_A);
            }
        }

        void act(int number, Step step) {
            for (int i = number == 0 ? lead : -lead; i > 0; i--) {
                Thread.onSpinWait();
            }
            var loop = loops[number];
            switch (step) {
                case BORROW -> borrow(loop, CoreFixture.KEY_A);
                case BORROW_ANOTHER_KEY -> borrow(loop, CoreFixture.KEY_B);
                case GIVE_BACK -> giveBack(loop);
                case CANCEL -> takeBack(loop, core.cancel(loop.requests.get(0)), 0);
                case EXPIRE -> takeBack(loop, core.expire(loop.requests.get(0)), 1);
                case EVICT -> core.invalidate();
                case BREAK -> core.broken(loop.own);
                case WARM_UP -> core.warmUp(number == 0 ? CoreFixture.KEY_A : CoreFixture.KEY_B, loop);
            }
        }

        private void borrow(Loop loop, PoolKey key) {
            var now = core.acquireNow(key, loop, c -> ConnectionPreference.PERFECT);
            if (now != null) {
                connector.own(now);
                loop.held = now;
            } else {
                var request = new Request(this, key, loop);
                loop.requests.add(request);
                core.submit(request);
            }
        }

        private void giveBack(Loop loop) {
            var entry = loop.held;
            loop.held = null;
            if (entry != null) {
                connector.giveBack(loop, entry, false);
            }
        }

        /** Either it is taken back, and never answered but by its own time, or it is answered. */
        private void takeBack(Loop loop, boolean takenBack, int answers) {
            if (takenBack) {
                var request = loop.requests.remove(0);
                loop.add(() -> {
                    if (request.answers.get() != answers) {
                        connector.broken.incrementAndGet();
                    }
                });
            }
        }

        private boolean runTasks() {
            boolean any = false;
            for (var loop : loops) {
                any |= loop.runTasks();
            }
            return any;
        }

        /** Carries out all that is left, gives everything back, and looks whether anybody still waits. */
        void end(int number) {
            boolean moved = true;
            while (moved) {
                moved = runTasks();
                for (var loop : loops) {
                    moved |= loop.held != null;
                    giveBack(loop);
                    for (var request : List.copyOf(loop.requests)) {
                        if (request.answers.get() > 0) {
                            loop.requests.remove(request);
                            loop.held = request.got;
                            giveBack(loop);
                            moved = true;
                        }
                    }
                }
            }
            assertThat(connector.broken)
                    .as("broken promises in round %d", number)
                    .hasValue(0);
            assertThat(loops[0].requests).as("forgotten requests").isEmpty();
            assertThat(loops[1].requests).as("forgotten requests").isEmpty();
            assertThat(core.stats(0).waiting()).as("waiting").isZero();
            assertThat(core.permitsTaken())
                    .as("permits")
                    .isEqualTo(connector.open.get())
                    .isLessThanOrEqualTo(limit);
        }
    }
}
