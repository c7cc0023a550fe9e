// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.KEY_B;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EndpointCoreTest {
    @Test
    void lendsTheLastUsedConnectionOfTheOwnLoopFirst() {
        var f = new CoreFixture(PoolConfig.builder());
        var first = f.borrow(KEY_A, LOOP_1);
        var second = f.borrow(KEY_A, LOOP_1);
        f.core.release(first);
        f.core.release(second);

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, EndpointCoreTest::any)).isSameAs(second);
        assertThat(f.core.acquireNow(KEY_A, LOOP_1, EndpointCoreTest::any)).isSameAs(first);
        assertThat(f.core.acquireNow(KEY_A, LOOP_1, EndpointCoreTest::any)).isNull();
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

        assertThat(f.core.acquireNow(KEY_B, LOOP_1, EndpointCoreTest::any)).isNull();
    }

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

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, EndpointCoreTest::any)).isNull();
        f.core.release(lent);
        assertThat(waiter.entry).isSameAs(lent);
    }

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
    void neverOpensMoreThanTheLimit() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(3));
        for (int i = 0; i < 10; i++) {
            f.submit(KEY_A, LOOP_1);
        }

        assertThat(f.opening).hasSize(3);
        assertThat(f.core.permitsTaken()).isEqualTo(3);
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
    void whatWasOpenedForACancelledWaiterStaysForOthers() {
        var f = new CoreFixture(PoolConfig.builder());
        var gone = f.submit(KEY_A, LOOP_1);
        assertThat(f.core.cancel(gone)).isTrue();

        f.finishOpening();

        assertThat(gone.entry).isNull();
        assertThat(f.core.acquireNow(KEY_A, LOOP_1, EndpointCoreTest::any)).isNotNull();
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
    void checksAConnectionThatWasIdleForLong() {
        var f = new CoreFixture(PoolConfig.builder().validateAfterIdleMillis(1_000));
        var entry = f.borrow(KEY_A, LOOP_1);
        f.core.release(entry);
        f.advanceMillis(1_001);

        assertThat(f.core.acquireNow(KEY_A, LOOP_1, EndpointCoreTest::any)).isNull();
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

    private static int any(String connection) {
        return ConnectionPreference.PERFECT;
    }
}
