// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.ws.ResumableSockets.Parked;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ResumableSocketsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ResumableSockets sockets = sockets(60_000, 1_000);
    private final Map<String, Parked> left = Map.of("1", new Parked("t", positions("p")));
    private final List<Map<String, Parked>> taken = new ArrayList<>();

    private ResumableSockets sockets(long millis, long bytes) {
        return new ResumableSockets(
                WebSocketSettings.of(
                        Map.of(WebSocketSettings.RESUME_MILLIS, millis, WebSocketSettings.RESUME_BUDGET_BYTES, bytes),
                        Set.of()),
                nanos::get);
    }

    private static EventPositions positions(String position) {
        var positions = new EventPositions(10);
        positions.begin(0, position);
        return positions;
    }

    private ResumableSockets.Socket opened() {
        return sockets.opened("ada", () -> {});
    }

    @Test
    void giveWhatWasOpenOnceAndToItsOwnerAlone() {
        var socket = opened();
        socket.park(left);
        sockets.take(socket.token(), "bob", taken::add);
        sockets.take("other", "ada", taken::add);
        sockets.take(socket.token(), "ada", taken::add);
        sockets.take(socket.token(), "ada", taken::add);

        assertThat(taken).containsExactly(Map.of(), Map.of(), left, Map.of());
    }

    @Test
    void closeASocketWhoseEndWasNotNoticed() {
        var closed = new ArrayList<String>();
        var socket = sockets.opened("ada", () -> closed.add("closed"));
        sockets.take(socket.token(), "bob", taken::add);
        assertThat(closed).isEmpty();
        sockets.take(socket.token(), "ada", taken::add);
        assertThat(closed).hasSize(1);
        assertThat(taken).hasSize(1);
        socket.park(left);

        assertThat(taken).containsExactly(Map.of(), left);
    }

    @Test
    void forgetAfterAWhile() {
        var socket = opened();
        socket.park(left);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
        sockets.take(socket.token(), "ada", taken::add);

        assertThat(taken).containsExactly(Map.of());
    }

    @Test
    void takeNoMoreThanTheirBudget() {
        var tokens = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            var socket = opened();
            tokens.add(socket.token());
            socket.park(left);
        }
        tokens.forEach(token -> sockets.take(token, "ada", taken::add));

        assertThat(taken).filteredOn(found -> !found.isEmpty()).hasSizeLessThan(2);
    }

    @Test
    void giveNoTokensWhereNothingIsToBeResumed() {
        assertThat(sockets(0, 1_000).opened("ada", () -> {})).isNull();
    }
}
