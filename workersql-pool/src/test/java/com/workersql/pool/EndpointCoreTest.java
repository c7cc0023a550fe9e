// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.KEY_B;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who gets which connection, and in what order. */
class EndpointCoreTest {
    @Test
    void lendsTheLastUsedConnectionOfTheOwnLoopFirst() {
        var f = new CoreFixture(PoolConfig.builder());
        var first = f.borrow(KEY_A, LOOP_1);
        var second = f.borrow(KEY_A, LOOP_1);
        f.core.release(first);
        f.core.release(second);

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, CoreFixture::any)).isSameAs(second);
        assertThat(f.core.acquireNow(KEY_A, LOOP_1, CoreFixture::any)).isSameAs(first);
        assertThat(f.core.acquireNow(KEY_A, LOOP_1, CoreFixture::any)).isNull();
    }

    @Test
    void lendsTheConnectionThatFitsBest() {
        var f = new CoreFixture(PoolConfig.builder());
        var first = f.borrow(KEY_A, LOOP_1);
        var second = f.borrow(KEY_A, LOOP_1);
        first.connection = "wanted";
        f.core.release(first);
        f.core.release(second);

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, c -> c.equals("wanted") ? 1 : 0))
                .isSameAs(first);
    }

    @Test
    void neverLendsAConnectionToAnotherKey() {
        var f = new CoreFixture(PoolConfig.builder());
        f.core.release(f.borrow(KEY_A, LOOP_1));

        assertThat(f.core.acquireNow(KEY_B, LOOP_1, CoreFixture::any)).isNull();
    }

    @Test
    void borrowsFromAnotherLoopAtTheLimit() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        f.core.release(f.borrow(KEY_A, LOOP_1));

        var waiter = f.submit(KEY_A, LOOP_2);

        assertThat(waiter.entry.loop).isEqualTo(LOOP_1);
        assertThat(waiter.source).isEqualTo(AcquireSource.FOREIGN);
        assertThat(f.opening).isEmpty();
    }

    @Test
    void aFreedConnectionServesTheOldestWaiterOfAnyLoop() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        var lent = f.borrow(KEY_A, LOOP_1);
        var older = f.submit(KEY_A, LOOP_2);
        var newer = f.submit(KEY_A, LOOP_1);
        f.advanceMillis(1);

        f.core.release(lent);

        assertThat(older.entry).isSameAs(lent);
        assertThat(older.source).isEqualTo(AcquireSource.WAITED);
        assertThat(newer.entry).isNull();
    }

    @Test
    void nobodyOvertakesAWaiter() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        var lent = f.borrow(KEY_A, LOOP_1);
        var waiter = f.submit(KEY_A, LOOP_2);

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, CoreFixture::any)).isNull();
        f.core.release(lent);
        assertThat(waiter.entry).isSameAs(lent);
    }

    @Test
    void aFreedConnectionServesItsOwnKeyUnlessAnotherHasWaitedMuchLonger() {
        var f = new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(1).keySwitchMillis(20));
        var lent = f.borrow(KEY_A, LOOP_1);
        var other = f.submit(KEY_B, LOOP_1);
        f.advanceMillis(10);
        var soon = f.submit(KEY_A, LOOP_1);
        f.advanceMillis(15);
        var late = f.submit(KEY_A, LOOP_1);

        f.core.release(lent);
        assertThat(soon.entry).isSameAs(lent);
        f.core.release(lent);

        assertThat(f.closeReasons).containsExactly(CloseReason.MAKE_ROOM);
        f.finishOpening();
        assertThat(other.entry.key).isEqualTo(KEY_B);
        assertThat(late.entry).isNull();
    }

    @Test
    void refusesOneWaiterTooMany() {
        var f = new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(1).maxWaitersPerEndpoint(2));
        f.borrow(KEY_A, LOOP_1);
        f.submit(KEY_A, LOOP_1);
        f.submit(KEY_A, LOOP_1);

        var refused = f.submit(KEY_A, LOOP_1);

        assertThat(refused.failure)
                .isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("maxWaitersPerEndpoint")
                .hasMessageContaining("2");
        assertThat(f.core.stats(0).acquireRejected()).isEqualTo(1);
        assertThat(f.core.stats(0).waiting()).isEqualTo(2);
    }

    @Test
    void anExpiredWaiterIsPassedOver() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        var lent = f.borrow(KEY_A, LOOP_1);
        var gone = f.submit(KEY_A, LOOP_1);
        var next = f.submit(KEY_A, LOOP_1);
        f.advanceMillis(1_000);

        assertThat(f.core.expire(gone)).isTrue();
        f.core.release(lent);

        assertThat(gone.failure).isInstanceOf(AcquireTimeoutException.class);
        assertThat(((AcquireTimeoutException) gone.failure).waitedNanos()).isEqualTo(1_000_000_000);
        assertThat(next.entry).isSameAs(lent);
        assertThat(f.core.expire(next)).isFalse();
    }

    @Test
    void aFailingCallbackDoesNotStopTheOthers() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        var lent = f.borrow(KEY_A, LOOP_1);
        f.core.submit(new Waiter<>(KEY_A, LOOP_1, f.clock.get(), Long.MAX_VALUE) {
            @Override
            void acquired(Entry<String> entry, AcquireSource source) {
                f.core.release(entry);
                throw new IllegalStateException("a test's callback fails");
            }

            @Override
            void failed(Throwable cause) {
                throw (PoolException) cause;
            }
        });
        var next = f.submit(KEY_A, LOOP_1);

        f.core.release(lent);

        assertThat(next.entry).isSameAs(lent);
    }
}
