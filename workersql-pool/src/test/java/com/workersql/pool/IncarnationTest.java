// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.KEY_A;
import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IncarnationTest {
    private static final ServerIdentity KNOWN =
            new ServerIdentity("11.4.5-MariaDB", 45, List.of("STRICT_TRANS_TABLES", "SYSTEM", "0"));

    private final CoreFixture f = new CoreFixture(PoolConfig.builder());

    @Test
    void aServerThatDescribesItselfAsBeforeKeepsItsConnections() {
        openIdle(LOOP_1, KNOWN);
        openIdle(LOOP_2, new ServerIdentity("11.4.5-MariaDB", 45, List.of("STRICT_TRANS_TABLES", "SYSTEM", "0")));

        assertThat(f.closeReasons).isEmpty();
        assertThat(f.core.stats(0).idle()).isEqualTo(2);
    }

    static List<ServerIdentity> others() {
        return List.of(
                new ServerIdentity("11.8.1-MariaDB", 45, KNOWN.settings()),
                new ServerIdentity("11.4.5-MariaDB", 8, KNOWN.settings()),
                new ServerIdentity("11.4.5-MariaDB", 45, List.of("ANSI_QUOTES", "SYSTEM", "0")),
                new ServerIdentity("11.4.5-MariaDB", 45, List.of("STRICT_TRANS_TABLES", "SYSTEM", "1")));
    }

    @ParameterizedTest
    @MethodSource("others")
    void aServerThatDescribesItselfOtherwiseLosesItsOldConnections(ServerIdentity other) {
        openIdle(LOOP_1, KNOWN);
        var lent = f.borrow(KEY_A, LOOP_1);
        openIdle(LOOP_2, KNOWN);

        f.submit(KEY_A, new Object());
        f.finishOpening(other);

        assertThat(f.closeReasons).containsExactly(CloseReason.STALE_GENERATION);
        f.core.release(lent);
        assertThat(f.closeReasons).hasSize(2).containsOnly(CloseReason.STALE_GENERATION);
    }

    @Test
    void aServerThatDoesNotTellIsTakenForTheSame() {
        openIdle(LOOP_1, KNOWN);
        openIdle(LOOP_2, null);

        assertThat(f.closeReasons).isEmpty();
    }

    private void openIdle(Object loop, ServerIdentity identity) {
        var waiter = f.submit(KEY_A, loop);
        f.finishOpening(identity);
        f.core.release(waiter.entry);
    }
}
