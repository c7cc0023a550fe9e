// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.KEY_B;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which connections are closed, when and why, and what becomes of those who wait. */
class EndpointCoreClosingTest {
    @Test
    void closesTheLeastRecentlyUsedIdleConnectionOfAnotherKeyToMakeRoom() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(2));
        f.closesAtOnce = false;
        var first = f.borrow(KEY_A, LOOP_1);
        var second = f.borrow(KEY_A, LOOP_2);
        f.core.release(first);
        f.advanceMillis(1);
        f.core.release(second);

        var waiter = f.submit(KEY_B, LOOP_1);

        assertThat(f.closing).containsExactly(first);
        assertThat(f.closeReasons).containsExactly(CloseReason.MAKE_ROOM);
        // The permit goes on when the channel is closed, not before.
        assertThat(f.opening).isEmpty();
        f.core.closed(first);
        assertThat(f.core.permitsTaken()).isEqualTo(2);
        f.finishOpening();
        assertThat(waiter.entry.key).isEqualTo(KEY_B);
    }

    @Test
    void checksAConnectionThatWasIdleForLong() {
        var f = new CoreFixture(PoolConfig.builder().validateAfterIdleMillis(1_000));
        var entry = f.borrow(KEY_A, LOOP_1);
        f.core.release(entry);
        f.advanceMillis(1_001);

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, CoreFixture::any)).isNull();
        var waiter = f.submit(KEY_A, LOOP_1);
        assertThat(waiter.entry).isNull();
        f.finishValidating(true);

        assertThat(waiter.entry).isSameAs(entry);
        assertThat(waiter.source).isEqualTo(AcquireSource.LOCAL);
    }

    @Test
    void replacesAConnectionThatFailsItsCheck() {
        var f = new CoreFixture(PoolConfig.builder());
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.advanceMillis(2_000);
        var waiter = f.submit(KEY_A, LOOP_1);

        f.finishValidating(false);

        assertThat(f.closeReasons).containsExactly(CloseReason.VALIDATION_FAILED);
        f.finishOpening();
        assertThat(waiter.source).isEqualTo(AcquireSource.OPENED);
    }

    @Test
    void aConnectionCheckedForAWaiterThatGaveUpGoesBack() {
        var f = new CoreFixture(PoolConfig.builder());
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.advanceMillis(2_000);
        var waiter = f.submit(KEY_A, LOOP_1);
        assertThat(f.core.expire(waiter)).isTrue();

        f.finishValidating(true);

        assertThat(f.core.stats(0).idle()).isEqualTo(1);
        assertThat(f.core.stats(0).waiting()).isZero();
    }

    @Test
    void evictsWhatIsIdleForTooLong() {
        var f = new CoreFixture(PoolConfig.builder().idleTimeoutMillis(5_000));
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.advanceMillis(4_999);
        f.core.sweep();
        assertThat(f.closeReasons).isEmpty();

        f.advanceMillis(1);
        f.core.sweep();

        assertThat(f.closeReasons).containsExactly(CloseReason.IDLE_TIMEOUT);
        assertThat(f.core.permitsTaken()).isZero();
    }

    @Test
    void evictsWhatIsTooOldAlsoWhenItComesBack() {
        var f = new CoreFixture(PoolConfig.builder().maxLifetimeMillis(5_000));
        var entry = f.borrow(KEY_A, LOOP_1);
        f.advanceMillis(5_000);

        f.core.release(entry);

        assertThat(f.closeReasons).containsExactly(CloseReason.MAX_LIFETIME);
    }

    @Test
    void jitterShortensTimes() {
        var clock = new AtomicLong();
        var f = new CoreFixture(PoolConfig.builder().idleTimeoutMillis(1_000).jitterPercent(50));
        var halfway = new EndpointCore<>(
                CoreFixture.ENDPOINT,
                PoolConfig.builder()
                        .idleTimeoutMillis(1_000)
                        .jitterPercent(50)
                        .random(() -> 0.5)
                        .nanoClock(clock::get)
                        .build(),
                f,
                PoolListener.NONE,
                () -> {});
        var waiter = new CoreFixture.TestWaiter(KEY_A, LOOP_1, 0);
        halfway.submit(waiter);
        halfway.opened(f.opening.remove(0), "c", 1, null);

        assertThat(waiter.entry.idleTimeoutNanos).isEqualTo(750_000_000);
    }

    @Test
    void invalidationClosesIdleOnesNowAndLentOnesWhenTheyComeBack() {
        var f = new CoreFixture(PoolConfig.builder());
        var lent = f.borrow(KEY_A, LOOP_1);
        f.core.release(f.borrow(KEY_A, LOOP_1));

        f.core.invalidate();
        assertThat(f.closeReasons).hasSize(1);
        f.core.release(lent);

        assertThat(f.closeReasons).containsOnly(CloseReason.STALE_GENERATION).hasSize(2);
    }

    @Test
    void aLoweredLimitClosesIdleOnesAtOnce() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(3));
        var lent = f.borrow(KEY_A, LOOP_1);
        var a = f.borrow(KEY_A, LOOP_1);
        var b = f.borrow(KEY_A, LOOP_1);
        f.core.release(a);
        f.core.release(b);

        f.core.limit(1);

        assertThat(f.closeReasons).containsExactly(CloseReason.OVER_LIMIT, CloseReason.OVER_LIMIT);
        f.core.release(lent);
        assertThat(f.core.stats(0).idle()).isEqualTo(1);
    }

    @Test
    void aRaisedLimitServesWaiters() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        f.borrow(KEY_A, LOOP_1);
        var waiter = f.submit(KEY_A, LOOP_1);

        f.core.limit(2);
        f.finishOpening();

        assertThat(waiter.entry).isNotNull();
    }

    @Test
    void aBrokenIdleConnectionGoesAtOnceAndALentOneWhenItComesBack() {
        var f = new CoreFixture(PoolConfig.builder());
        var lent = f.borrow(KEY_A, LOOP_1);
        var idle = f.borrow(KEY_A, LOOP_1);
        f.core.release(idle);

        f.core.broken(idle);
        f.core.broken(lent);
        assertThat(f.core.permitsTaken()).isEqualTo(1);
        f.core.release(lent);

        assertThat(f.closeReasons).containsExactly(CloseReason.BROKEN, CloseReason.BROKEN);
        assertThat(f.core.permitsTaken()).isZero();
    }

    @Test
    void closingRefusesWaitersAndEndsWhenTheLastConnectionIsClosed() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(2));
        var lent = f.borrow(KEY_A, LOOP_1);
        f.core.release(f.borrow(KEY_A, LOOP_1));
        var third = f.borrow(KEY_A, LOOP_1);
        var waiter = f.submit(KEY_B, LOOP_1);

        f.core.close();

        assertThat(waiter.failure).isInstanceOf(PoolClosedException.class);
        assertThat(f.submit(KEY_A, LOOP_1).failure).isInstanceOf(PoolClosedException.class);
        assertThat(f.terminated).isFalse();
        f.core.release(third);
        f.core.release(lent);
        assertThat(f.terminated).isTrue();
    }
}
