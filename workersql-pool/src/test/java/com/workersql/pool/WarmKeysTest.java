// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.KEY_B;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmKeysTest {
    private final CoreFixture f = new CoreFixture(PoolConfig.builder()
            .minIdlePerKey(2)
            .maxConnectionsPerEndpoint(5)
            .idleTimeoutMillis(1_000)
            .maxLifetimeMillis(100_000));

    @Test
    void opensConnectionsBeforeAnybodyAsks() {
        f.core.warmUp(KEY_A, LOOP_2);
        f.finishOpening();
        f.finishOpening();

        assertThat(f.opening).isEmpty();
        assertThat(f.core.stats(0).idle()).isEqualTo(2);
        assertThat(f.core.acquireNow(KEY_A, LOOP_2, c -> ConnectionPreference.PERFECT))
                .isNotNull();
    }

    @Test
    void keepsThatManyBeyondTheIdleTimeout() {
        var first = f.borrow(KEY_A, LOOP_1);
        var second = f.borrow(KEY_A, LOOP_1);
        var third = f.borrow(KEY_A, LOOP_1);
        f.core.release(first);
        f.core.release(second);
        f.core.release(third);
        f.advanceMillis(2_000);

        f.core.sweep();

        assertThat(f.closeReasons).containsExactly(CloseReason.IDLE_TIMEOUT);
        assertThat(f.core.stats(0).idle()).isEqualTo(2);
    }

    @Test
    void replacesThoseThatGrewTooOld() {
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.core.sweep();
        f.finishOpening();
        f.advanceMillis(99_000);
        f.core.release(f.borrowChecked(KEY_A, LOOP_1));
        f.advanceMillis(2_000);

        f.core.sweep();

        assertThat(f.closeReasons).containsExactly(CloseReason.MAX_LIFETIME, CloseReason.MAX_LIFETIME);
        assertThat(f.opening).hasSize(2);
    }

    @Test
    void forgetsAKeyThatNobodyBorrowsUnder() {
        f.core.warmUp(KEY_A, LOOP_1);
        f.finishOpening();
        f.finishOpening();
        f.advanceMillis(100_000);

        f.core.sweep();
        f.core.sweep();

        assertThat(f.opening).isEmpty();
        assertThat(f.core.permitsTaken()).isZero();
    }

    @Test
    void takesNothingFromThoseWhoWait() {
        f.core.limit(1);
        f.borrow(KEY_A, LOOP_1);
        f.submit(KEY_B, LOOP_1);

        f.core.sweep();

        assertThat(f.opening).isEmpty();
    }

    @Test
    void doesNotGoAboveTheLimit() {
        f.core.limit(1);

        f.core.warmUp(KEY_A, LOOP_1);

        assertThat(f.opening).hasSize(1);
    }

    @Test
    void leavesAServerThatRefusesAloneForAWhile() {
        f.core.warmUp(KEY_A, LOOP_1);
        f.failOpening();
        f.failOpening();
        f.advanceMillis(9_000);
        f.core.sweep();
        assertThat(f.opening).isEmpty();

        f.advanceMillis(1_000);
        f.core.sweep();

        assertThat(f.opening).hasSize(2);
    }
}
