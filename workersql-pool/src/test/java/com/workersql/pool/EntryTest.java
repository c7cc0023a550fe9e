// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.Entry.State;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class EntryTest {
    private static final int ROUNDS = 20_000;

    @Test
    void ofTwoThatClaimAnEntryAtOnceOneGetsIt() throws Exception {
        var places = new Places<String>(PoolConfig.builder().build());
        var nobody = Waiter.<String>nobody(CoreFixture.KEY_A, CoreFixture.LOOP_1, places.shareOf(CoreFixture.KEY_A));
        var entries = new ArrayList<Entry<String>>();
        for (int i = 0; i < ROUNDS; i++) {
            var entry = new Entry<>(CoreFixture.KEY_A, CoreFixture.LOOP_1, nobody, ConnectGate.Pass.UNHEARD, 0);
            entry.move(State.IDLE);
            entries.add(entry);
        }
        var claims = new AtomicIntegerArray(ROUNDS);
        IntConsumer claim = i -> {
            if (entries.get(i).tryMove(State.IDLE, State.LENT)) {
                claims.incrementAndGet(i);
            }
        };

        Crossing.run(ROUNDS, claim, claim);

        for (int i = 0; i < ROUNDS; i++) {
            assertThat(claims.get(i)).as("claims of entry %d", i).isEqualTo(1);
        }
    }
}
