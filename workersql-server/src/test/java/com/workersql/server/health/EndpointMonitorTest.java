// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndpointMonitorTest extends MonitoredServer {
    @Test
    void pingsEveryFourHundredMillisecondsOrATenthMoreOrLess() {
        monitor.start();
        pass(40_000);

        assertThat(server.pings).hasSizeBetween(95, 105);
        for (int i = 1; i < server.pings.size(); i++) {
            assertThat(server.pings.get(i) - server.pings.get(i - 1)).isBetween(359L, 441L);
        }
        assertThat(monitor.health().isUp()).isTrue();
    }

    @Test
    void checksWithANewConnectionEveryFiveSeconds() {
        monitor.start();
        pass(60_000);

        assertThat(server.checks).hasSizeBetween(11, 13);
    }

    @Test
    void noticesAFrozenServerWithinOneAndAHalfSeconds() {
        monitor.start();
        pass(10_000);
        for (int freeze = 0; freeze < 50; freeze++) {
            pass(17);
            server.frozen = true;
            events.clear();
            long frozenAt = nowMillis;
            passUntil(() -> !events.isEmpty());
            assertThat(nowMillis - frozenAt).isBetween(900L, 1_450L);
            assertThat(events.get(0)).startsWith("down");
            server.thaw();
            passUntil(() -> monitor.health().isUp());
            pass(500);
        }
    }

    @Test
    void sendsTheSecondPingAtOnceAfterTheFirstWasMissed() {
        monitor.start();
        pass(2_000);
        server.frozen = true;
        int before = server.pings.size();
        pass(960);

        assertThat(server.pings.size() - before).isEqualTo(2);
        assertThat(server.pings.get(before + 1) - server.pings.get(before)).isEqualTo(500);
    }

    @Test
    void forgivesOneMissedPing() {
        monitor.start();
        pass(2_000);
        server.frozen = true;
        pass(600);
        server.thaw();
        pass(3_000);

        assertThat(events).containsExactly("returned at 1");
    }

    @Test
    void takesTheReturnOfAFrozenServerFromItsLateAnswer() {
        monitor.start();
        pass(2_000);
        server.frozen = true;
        pass(20_000);
        events.clear();
        server.thaw();
        pass(5);

        assertThat(events).hasSize(1);
        assertThat(events.get(0)).startsWith("returned");
    }

    @Test
    void noticesAServerThatIsGoneWithoutWaitingForAPing() {
        monitor.start();
        pass(2_000);
        server.kill();
        pass(2);

        assertThat(events.get(1)).isEqualTo("down at 2001");
    }

    @Test
    void noticesAReturnWithinOneInterval() {
        monitor.start();
        pass(2_000);
        server.kill();
        pass(10_000);
        events.removeIf(event -> event.startsWith("down"));
        server.dead = false;
        pass(442);

        assertThat(events).hasSize(2);
        assertThat(monitor.health().isUp()).isTrue();
    }

    @Test
    void aBrokenConnectionAloneIsNoIllness() {
        monitor.start();
        pass(2_000);
        server.breakHeld();
        pass(1_000);

        assertThat(events).containsExactly("returned at 1", "returned at 2001");
        assertThat(server.held).isTrue();
    }

    @Test
    void aServerThatIsFullButAnswersPingsIsUp() {
        monitor.start();
        pass(2_000);
        server.full = true;
        pass(12_000);

        assertThat(events).noneMatch(event -> event.startsWith("down"));
        assertThat(events).anyMatch(event -> event.startsWith("refuses"));
        assertThat(monitor.health().isUp()).isTrue();
    }

    @Test
    void aServerThatRefusesConnectionsIsTriedAtEachPing() {
        monitor.start();
        pass(2_000);
        server.full = true;
        monitor.check();
        pass(1_900);
        assertThat(events).filteredOn(event -> event.startsWith("refuses")).hasSizeGreaterThanOrEqualTo(5);

        server.full = false;
        pass(442);
        int checks = server.checks.size();
        pass(2_000);
        assertThat(server.checks).as("accepted again").hasSizeLessThanOrEqualTo(checks + 1);
    }

    @Test
    void checksAtEveryPingWhileTheShardLooksForItsPrimary() {
        monitor.start();
        urgent = true;
        pass(4_000);

        assertThat(server.checks).hasSizeBetween(9, 12);
    }

    @Test
    void goesOnCheckingBehindAFaultOfWhoeverHears() {
        monitor.start();
        pass(2_000);
        observerFails = true;
        pass(12_000);
        int during = server.checks.size();
        assertThat(during).isGreaterThanOrEqualTo(3);

        observerFails = false;
        server.kill();
        server.dead = false;
        pass(5_500);
        assertThat(server.checks).hasSizeGreaterThan(during);
        assertThat(monitor.health().isUp()).isTrue();
    }

    @Test
    void aStallOfThisProcessIsNotTheServersFault() {
        monitor.start();
        pass(2_000);
        // The ping is sent, and then this process does nothing for three seconds while the answer lies in the socket.
        server.frozen = true;
        passUntil(() -> server.unanswered > 0);
        nowMillis += 3_000;
        channel.advanceTimeBy(3_000, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        server.thaw();
        pass(1_000);

        assertThat(events).noneMatch(event -> event.startsWith("down"));
    }

    @Test
    void aConnectionOnWhichNothingIsAnsweredAnyMoreIsLeftForANewOne() {
        monitor.start();
        pass(2_000);
        server.frozen = true;
        passUntil(() -> !monitor.health().isUp());
        server.frozen = false;
        server.unanswered = 0;
        passUntil(() -> monitor.health().isUp());

        int before = server.pings.size();
        pass(2_500);
        assertThat(server.pings).hasSizeGreaterThan(before + 3);

        server.frozen = true;
        events.clear();
        pass(1_450);
        assertThat(events).isNotEmpty();
        assertThat(events.get(0)).startsWith("down");
    }
}
