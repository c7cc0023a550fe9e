// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What opens, for whom, and what is known of the server by it. */
class EndpointCoreOpeningTest {
    @Test
    void opensOneRatherThanBorrowFromAnotherLoop() {
        var f = new CoreFixture(PoolConfig.builder());
        f.core.release(f.borrow(KEY_A, LOOP_1));

        var waiter = f.submit(KEY_A, LOOP_2);

        assertThat(waiter.entry).isNull();
        f.finishOpening();
        assertThat(waiter.entry.loop).isEqualTo(LOOP_2);
        assertThat(waiter.source).isEqualTo(AcquireSource.OPENED);
    }

    @Test
    void neverOpensMoreThanTheLimit() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(3));
        for (int i = 0; i < 10; i++) {
            f.submit(KEY_A, LOOP_1);
        }

        assertThat(f.opening).hasSize(3);
        assertThat(f.core.permitsTaken()).isEqualTo(3);
    }

    @Test
    void whatWasOpenedForACancelledWaiterStaysForOthers() {
        var f = new CoreFixture(PoolConfig.builder());
        var gone = f.submit(KEY_A, LOOP_1);
        assertThat(f.core.cancel(gone)).isTrue();

        f.finishOpening();

        assertThat(gone.entry).isNull();
        assertThat(f.core.acquireNow(KEY_A, LOOP_1, CoreFixture::any)).isNotNull();
    }

    @Test
    void aFailureToOpenReachesTheWaiterItWasFor() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        var first = f.submit(KEY_A, LOOP_1);
        var second = f.submit(KEY_A, LOOP_1);

        f.failOpening();

        assertThat(first.failure).isInstanceOf(BackendUnavailableException.class);
        assertThat(second.failure).isNull();
        assertThat(f.opening).hasSize(1);
        f.finishOpening();
        assertThat(second.entry).isNotNull();
    }

    @Test
    void connectionsThatOpenTogetherServeThoseTheyWereOpenedFor() {
        var f = new CoreFixture(PoolConfig.builder());
        var first = f.submit(KEY_A, LOOP_1);
        var second = f.submit(KEY_A, LOOP_2);
        f.core.opened(f.opening.remove(1), "second", 8, null);

        assertThat(first.entry).isNull();
        assertThat(second.entry.loop).isEqualTo(LOOP_2);
    }

    @Test
    void aWaiterWhoseNewConnectionServedAnOlderOneGetsAnotherOpened() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(2));
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.advanceMillis(2_000);
        var older = f.submit(KEY_A, LOOP_1);
        var newer = f.submit(KEY_A, LOOP_1);
        f.closesAtOnce = false;
        f.finishValidating(false);
        f.finishOpening();
        assertThat(older.entry).isNotNull();
        assertThat(newer.entry).isNull();

        f.core.closed(f.closing.remove(0));
        f.finishOpening();

        assertThat(newer.entry).isNotNull();
    }

    @Test
    void whatIsFreedOnAnotherLoopServesAWaiterWhoseOwnIsStillOpening() {
        var f = new CoreFixture(PoolConfig.builder());
        var lent = f.borrow(KEY_A, LOOP_1);
        var waiter = f.submit(KEY_A, LOOP_2);
        f.advanceMillis(1);

        f.core.release(lent);

        assertThat(waiter.entry).isSameAs(lent);
        f.finishOpening();
        assertThat(f.core.stats(0).idle()).isEqualTo(1);
    }

    @Test
    void aNewConnectionThatIsClosedBeforeAnybodyHadItIsReplaced() {
        var f = new CoreFixture(PoolConfig.builder());
        var waiter = f.submit(KEY_A, LOOP_1);
        f.core.invalidate();

        f.finishOpening();

        assertThat(f.closeReasons).containsExactly(CloseReason.STALE_GENERATION);
        f.finishOpening();
        assertThat(waiter.entry).isNotNull();
    }

    @Test
    void aConnectionIdThatDoesNotRiseIsARestart() {
        var f = new CoreFixture(PoolConfig.builder());
        f.lastThreadId = 100;
        var old = f.borrow(KEY_A, LOOP_1);
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.lastThreadId = 3;

        var fresh = f.borrow(KEY_A, LOOP_2);

        assertThat(f.closeReasons).containsExactly(CloseReason.STALE_GENERATION);
        f.core.release(fresh);
        f.core.release(old);
        assertThat(f.core.stats(0).idle()).isEqualTo(1);
    }

    @Test
    void idsThatCrossWhileConnectionsOpenTogetherAreNoRestart() {
        var f = new CoreFixture(PoolConfig.builder());
        f.submit(KEY_A, LOOP_1);
        f.submit(KEY_A, LOOP_1);
        f.core.opened(f.opening.remove(1), "second", 8, null);
        f.core.opened(f.opening.remove(0), "first", 7, null);

        assertThat(f.closeReasons).isEmpty();
    }
}
