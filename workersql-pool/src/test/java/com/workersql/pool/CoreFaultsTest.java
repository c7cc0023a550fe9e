// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What an {@link Error} of a borrower, or of what is handed in, does to everybody else who wants a connection. */
class CoreFaultsTest {
    @Test
    void whoeverTheFaultBefellIsToldAndTheConnectionsPlaceGoesOn() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        var first = f.submit(KEY_A, LOOP_1);
        var next = f.submit(KEY_A, LOOP_1);
        f.fault = new OutOfMemoryError("of the test");

        f.finishOpening();
        assertThat(first.entry).isNull();
        assertThat(first.fault).isInstanceOf(OutOfMemoryError.class);
        f.finishOpening();

        assertThat(next.entry).isNotNull();
        assertThat(f.core.permitsTaken()).isEqualTo(1);
    }

    @Test
    void aFaultWithAnIdleConnectionOfTheOwnLoopCostsIt() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1));
        f.core.release(f.borrow(KEY_A, LOOP_1));
        f.fault = new StackOverflowError("of the test");

        assertThatThrownBy(() -> f.core.acquireNow(KEY_A, LOOP_1, c -> ConnectionPreference.PERFECT))
                .isInstanceOf(StackOverflowError.class);

        assertThat(f.closeReasons).containsExactly(CloseReason.DISCARDED);
        assertThat(f.borrow(KEY_A, LOOP_1)).isNotNull();
        assertThat(f.core.permitsTaken()).isEqualTo(1);
    }

    @Test
    void aBorrowerThatFailsHoldsUpNobodyElse() {
        var f = new CoreFixture(PoolConfig.builder());
        f.core.submit(new Waiter<String>(KEY_A, LOOP_1, f.clock.get(), f.clock.get() + 1) {
            @Override
            void acquired(Entry<String> entry, AcquireSource source) {
                throw new OutOfMemoryError("of the test");
            }

            @Override
            void failed(Throwable cause) {
                throw new AssertionError("it got a connection");
            }
        });
        f.finishOpening();

        assertThat(f.borrow(KEY_A, LOOP_1)).isNotNull();
    }

    @Test
    void aGateThatFailsHoldsUpNobodyBehindIt() {
        var faults = new int[] {1};
        var f = new CoreFixture(PoolConfig.builder().connectGate(endpoint -> {
            if (faults[0]-- > 0) {
                throw new OutOfMemoryError("of the test");
            }
            return ConnectGate.Pass.UNHEARD;
        }));

        var first = f.submit(KEY_A, LOOP_1);
        assertThat(f.opening).isEmpty();
        f.submit(KEY_A, LOOP_1);
        f.finishOpening();

        assertThat(first.entry).isNotNull();
        assertThat(f.core.permitsTaken()).isEqualTo(2);
    }

    @Test
    void aGateThatFailsWhenItHearsOfAConnectionChangesNothingForIt() {
        var f = new CoreFixture(PoolConfig.builder().connectGate(endpoint -> new ConnectGate.Pass() {
            @Override
            public void opened(long nanos) {
                throw new OutOfMemoryError("of the test");
            }

            @Override
            public void failed(BackendUnavailableException cause) {
                throw new IllegalStateException("of the test");
            }
        }));

        var refused = f.submit(KEY_A, LOOP_1);
        f.failOpening();
        assertThat(refused.failure).isInstanceOf(BackendUnavailableException.class);

        assertThat(f.borrow(KEY_A, LOOP_1)).isNotNull();
        assertThat(f.core.permitsTaken()).isEqualTo(1);
    }
}
