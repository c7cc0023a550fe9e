// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoopIdleTest {
    private final LoopIdle<String> idle = new LoopIdle<>();

    @Test
    void whatAnotherThreadClaimsWhileItIsConsideredIsNotTaken() {
        var older = idle("older");
        var newer = idle("newer");

        var taken = idle.take(
                CoreFixture.KEY_A,
                connection -> {
                    // As an eviction or a request of another event loop would, in between.
                    newer.tryMove(Entry.State.IDLE, Entry.State.LENT);
                    return connection.equals("newer") ? 2 : 1;
                },
                0);

        assertThat(taken).isSameAs(older);
        assertThat(newer.state()).isEqualTo(Entry.State.LENT);
        assertThat(idle.take(CoreFixture.KEY_A, connection -> 0, 0)).isNull();
    }

    @Test
    void whatComesBackAfterAnotherThreadHadItIsListedOnce() {
        var entry = idle("one");
        entry.tryMove(Entry.State.IDLE, Entry.State.LENT);
        entry.move(Entry.State.IDLE);
        idle.add(entry);

        assertThat(idle.take(CoreFixture.KEY_A, connection -> 0, 0)).isSameAs(entry);
        assertThat(idle.take(CoreFixture.KEY_A, connection -> 0, 0)).isNull();
    }

    private Entry<String> idle(String connection) {
        var waiter = new CoreFixture.TestWaiter(CoreFixture.KEY_A, CoreFixture.LOOP_1, 0);
        var entry = new Entry<>(CoreFixture.KEY_A, CoreFixture.LOOP_1, waiter, ConnectGate.Pass.UNHEARD, 0);
        entry.connection = connection;
        entry.move(Entry.State.IDLE);
        idle.add(entry);
        return entry;
    }
}
