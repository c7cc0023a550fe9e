// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How soon a monitor looks where others suspect its server, and how often. */
class SuspicionsTest extends MonitoredServer {
    @Test
    void looksAtOnceWhenItIsToldOfASuspicion() {
        monitor.start();
        pass(2_000);
        int before = server.checks.size();
        monitor.suspected();
        pass(1);

        assertThat(server.checks).hasSize(before + 1);
    }

    private void suspectFor(int millis) {
        for (int i = 0; i < millis; i++) {
            monitor.suspected();
            pass(1);
        }
    }

    @Test
    void looksEverLessOftenWhereSuspicionsProveWrong() {
        monitor.start();
        pass(2_000);
        server.checks.clear();
        suspectFor(4_000);

        assertThat(server.checks)
                .startsWith(2_000L, 2_050L, 2_150L, 2_350L, 2_750L, 3_150L)
                .hasSize(13);
    }

    @Test
    void aSuspicionWithinThePauseIsLookedIntoWhenThatIsOver() {
        monitor.start();
        pass(2_000);
        suspectFor(10);
        server.checks.clear();
        pass(40);

        assertThat(server.checks).containsExactly(2_050L);
    }

    @Test
    void behindAQuietTimeItLooksAtOnceAgain() {
        monitor.start();
        pass(2_000);
        suspectFor(2_000);
        pass(12_000);
        server.checks.clear();
        monitor.suspected();

        assertThat(server.checks).containsExactly(nowMillis);
    }

    @Test
    void aServerThatIsKilledBehindManyWrongSuspicionsIsNoticedAtOnce() {
        monitor.start();
        pass(2_000);
        suspectFor(2_000);
        server.kill();
        pass(2);

        assertThat(events.get(1)).isEqualTo("down at 4001");
    }

    @Test
    void behindOneThatProvedRightItLooksAtOnce() {
        monitor.start();
        pass(2_000);
        suspectFor(2_000);
        server.report = READ_ONLY;
        server.checks.clear();
        while (server.checks.isEmpty()) {
            suspectFor(1);
        }
        pass(1);
        monitor.suspected();

        assertThat(server.checks).hasSize(2);
    }
}
