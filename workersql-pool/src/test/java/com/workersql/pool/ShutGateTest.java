// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.KEY_B;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who gets what while no connection may be opened: {@link ConnectGate}. */
class ShutGateTest {
    private int allowed = Integer.MAX_VALUE;
    private final AtomicInteger asked = new AtomicInteger();
    private int passes;
    private final List<String> answers = new ArrayList<>();

    private CoreFixture fixture(int maxConnections) {
        return new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(maxConnections).connectGate(this::tryPass));
    }

    private ConnectGate.Pass tryPass(Endpoint endpoint) {
        assertThat(endpoint).isEqualTo(CoreFixture.ENDPOINT);
        asked.incrementAndGet();
        if (allowed-- <= 0) {
            return null;
        }
        int number = passes++;
        return new ConnectGate.Pass() {
            @Override
            public void opened(long nanos) {
                answers.add(number + " opened in " + nanos / 1_000_000 + " ms");
            }

            @Override
            public void failed(BackendUnavailableException cause) {
                answers.add(number + " failed: " + cause.reason());
            }

            @Override
            public void unused() {
                answers.add(number + " unused");
            }
        };
    }

    private static void isNotTried(CoreFixture.TestWaiter waiter) {
        assertThat(waiter.failure)
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.NOT_TRIED));
    }

    @Test
    void openConnectionsGoOnServing() {
        var f = fixture(10);
        var lent = f.borrow(KEY_A, LOOP_1);
        allowed = 0;

        var waiter = f.submit(KEY_A, LOOP_1);
        assertThat(waiter.failure).isNull();
        assertThat(waiter.entry).isNull();
        f.core.release(lent);

        assertThat(waiter.entry).isSameAs(lent);
        assertThat(f.opening).isEmpty();
        assertThat(f.core.permitsTaken()).isEqualTo(1);
    }

    @Test
    void aConnectionOfAnotherLoopServesWhereANewOneWouldHaveBeenOpened() {
        var f = fixture(10);
        f.core.release(f.borrow(KEY_A, LOOP_1));
        allowed = 0;

        assertThat(f.submit(KEY_A, LOOP_2).source).isEqualTo(AcquireSource.FOREIGN);
        assertThat(f.opening).isEmpty();
    }

    @Test
    void aRequestWhoseKeyHasNoConnectionFailsAtOnce() {
        var f = fixture(10);
        f.borrow(KEY_A, LOOP_1);
        allowed = 0;

        isNotTried(f.submit(KEY_B, LOOP_1));
        assertThat(f.core.permitsTaken()).isEqualTo(1);
        assertThat(f.core.stats(0).waiting()).isZero();
    }

    @Test
    void noConnectionIsClosedInFavourOfOneThatMayNotBeOpened() {
        var f = fixture(1);
        var idle = f.borrow(KEY_A, LOOP_1);
        f.core.release(idle);
        allowed = 0;

        isNotTried(f.submit(KEY_B, LOOP_1));
        assertThat(f.closeReasons).isEmpty();
        assertThat(idle.isIdle()).isTrue();
    }

    @Test
    void thoseThatWaitFailWhenTheLastConnectionOfTheirKeyIsGone() {
        var f = fixture(10);
        var lent = f.borrow(KEY_A, LOOP_1);
        allowed = 0;
        var waiter = f.submit(KEY_A, LOOP_1);

        f.core.discard(lent, CloseReason.BROKEN);

        isNotTried(waiter);
        assertThat(f.core.permitsTaken()).isZero();
    }

    @Test
    void asManyConnectionsAreOpenedAsTheGateAllows() {
        var f = fixture(10);
        allowed = 1;

        var probe = f.submit(KEY_A, LOOP_1);
        var next = f.submit(KEY_A, LOOP_1);

        assertThat(f.opening).hasSize(1);
        assertThat(next.failure).as("it waits for what becomes of the probe").isNull();
        f.failOpening();
        assertThat(((BackendUnavailableException) probe.failure).reason())
                .isEqualTo(BackendUnavailableException.Reason.REFUSED);
        isNotTried(next);
    }

    @Test
    void theyAreOpenedAgainWhenTheGateIsOpen() {
        var f = fixture(10);
        f.borrow(KEY_A, LOOP_1);
        allowed = 0;
        var first = f.submit(KEY_A, LOOP_1);
        allowed = Integer.MAX_VALUE;

        var second = f.submit(KEY_A, LOOP_1);
        f.finishOpening();
        f.finishOpening();

        assertThat(first.entry).isNotNull();
        assertThat(second.entry).isNotNull();
    }

    @Test
    void theGateIsAskedOnceForEachConnectionThatIsOpened() {
        var f = fixture(2);
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.core.release(f.borrow(KEY_A, LOOP_2));
        f.borrow(KEY_B, LOOP_1);
        f.borrow(KEY_B, LOOP_1);

        assertThat(f.closeReasons).containsExactly(CloseReason.MAKE_ROOM, CloseReason.MAKE_ROOM);
        assertThat(asked).hasValue(4);
    }

    @Test
    void noneIsOpenedToBeKeptWarm() {
        var f = new CoreFixture(PoolConfig.builder().minIdlePerKey(2).connectGate(this::tryPass));
        allowed = 0;
        f.core.warmUp(KEY_A, LOOP_1);
        assertThat(f.opening).isEmpty();
        assertThat(f.core.permitsTaken()).isZero();

        allowed = Integer.MAX_VALUE;
        f.core.sweep();
        assertThat(f.opening).hasSize(2);
    }

    @Test
    void eachPassHearsOnceWhatBecameOfItsConnection() {
        var f = fixture(10);
        f.submit(KEY_A, LOOP_1);
        f.advanceMillis(30);
        f.finishOpening();
        f.submit(KEY_B, LOOP_1);
        f.failOpening();

        assertThat(answers).containsExactly("0 opened in 30 ms", "1 failed: REFUSED");
        f.core.close();
        assertThat(answers).hasSize(2);
    }

    @Test
    void thePassForAConnectionThatTakesThePlaceOfAnotherGoesWithThePlace() {
        var f = fixture(1);
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.closesAtOnce = false;
        var waiter = f.submit(KEY_B, LOOP_1);
        assertThat(passes).isEqualTo(2);

        f.core.closed(f.closing.remove(0));
        f.finishOpening();

        assertThat(waiter.entry).isNotNull();
        assertThat(answers).containsExactly("0 opened in 0 ms", "1 opened in 0 ms");
    }

    @Test
    void thePassOfWhoeverGaveUpWhileAPlaceWasMadeIsNotUsed() {
        var f = fixture(1);
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.closesAtOnce = false;
        var waiter = f.submit(KEY_B, LOOP_1);

        assertThat(f.core.cancel(waiter)).isTrue();
        f.core.closed(f.closing.remove(0));

        assertThat(f.opening).isEmpty();
        assertThat(answers).containsExactly("0 opened in 0 ms", "1 unused");
    }

    @Test
    void whoeverFindsNoPlaceThatWasMadeForItAsksTheGateAnew() {
        var f = fixture(2);
        var first = f.borrow(KEY_A, LOOP_1);
        var second = f.borrow(KEY_A, LOOP_1);
        f.core.release(first);
        f.core.release(second);
        f.closesAtOnce = false;
        var waiter = f.submit(KEY_B, LOOP_1);
        f.core.limit(1);

        f.core.closed(f.closing.remove(0));
        assertThat(answers).contains("2 unused");
        f.core.closed(f.closing.remove(0));
        f.finishOpening();

        assertThat(waiter.entry).isNotNull();
        assertThat(answers).endsWith("3 opened in 0 ms");
    }
}
