// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.Endpoint;
import com.workersql.router.ServerFlavor;
import com.workersql.server.session.TrackingSettings;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointMonitorTest {
    private static final ServerReport REPORT = new ServerReport(
            new ShardIdentity(
                    ServerFlavor.MARIADB, 110_405, "11.4.5-MariaDB", "", 151, TrackingSettings.DEFAULT, "a:3306:1"),
            false,
            "0-1-7",
            false,
            -1);

    private static final ServerReport READ_ONLY =
            new ServerReport(REPORT.identity(), true, REPORT.gtidPosition(), false, -1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final FakeServer server = new FakeServer();
    private final List<String> events = new ArrayList<>();
    private long nowMillis;
    private boolean urgent;
    private boolean observerFails;
    private final EndpointMonitor monitor = new EndpointMonitor(
            EndpointHealth.unknown(new Endpoint("db", 3306)),
            server,
            loop(),
            () -> TimeUnit.MILLISECONDS.toNanos(nowMillis),
            new Random(1),
            HealthSettings.DEFAULT,
            new EndpointMonitor.Observer() {
                @Override
                public void changed(EndpointHealth health) {
                    if (observerFails) {
                        throw new IllegalStateException("a fault of the observer");
                    }
                }

                @Override
                public void returned(EndpointHealth health) {
                    events.add("returned at " + nowMillis);
                }

                @Override
                public void down(EndpointHealth health) {
                    events.add("down at " + nowMillis);
                }

                @Override
                public boolean isUrgent() {
                    return urgent;
                }

                @Override
                public void refusesConnections(String why) {
                    events.add("refuses at " + nowMillis);
                }
            });

    private EventLoop loop() {
        channel.freezeTime();
        return channel.eventLoop();
    }

    @AfterEach
    void close() {
        monitor.close();
        channel.close();
    }

    private void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            nowMillis++;
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runPendingTasks();
        }
    }

    private void passUntil(BooleanSupplier condition) {
        for (int i = 0; i < 5_000 && !condition.getAsBoolean(); i++) {
            pass(1);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

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

    /** A server that answers, in the same step of the loop, what it is asked. */
    private final class FakeServer implements EndpointProbe {
        private final List<Long> pings = new ArrayList<>();
        private final List<Long> checks = new ArrayList<>();
        private boolean frozen;
        private boolean dead;
        private boolean full;
        private ServerReport report = REPORT;
        private boolean held;
        private int unanswered;
        private Listener listener;

        @Override
        public void check(Listener hears) {
            listener = hears;
            checks.add(nowMillis);
            channel.eventLoop().schedule(this::answerCheck, 1, TimeUnit.MILLISECONDS);
        }

        private void answerCheck() {
            if (dead) {
                listener.checkFailed(FailureClass.CONNECT_FAILURE, "refused");
            } else if (frozen) {
                channel.eventLoop()
                        .schedule(
                                () -> listener.checkFailed(FailureClass.CONNECT_FAILURE, "no greeting"),
                                999,
                                TimeUnit.MILLISECONDS);
            } else if (full) {
                listener.checkFailed(FailureClass.CONNECT_FAILURE, "too many connections");
            } else {
                held = true;
                listener.checked(report);
            }
        }

        @Override
        public boolean isHeld() {
            return held;
        }

        @Override
        public void ping() {
            pings.add(nowMillis);
            if (frozen) {
                unanswered++;
            } else {
                channel.eventLoop().execute(listener::pong);
            }
        }

        void thaw() {
            frozen = false;
            int late = unanswered;
            unanswered = 0;
            for (int i = 0; i < late; i++) {
                listener.pong();
            }
        }

        void kill() {
            dead = true;
            breakHeld();
        }

        void breakHeld() {
            held = false;
            unanswered = 0;
            listener.heldClosed();
        }

        @Override
        public void close() {
            held = false;
        }
    }
}
