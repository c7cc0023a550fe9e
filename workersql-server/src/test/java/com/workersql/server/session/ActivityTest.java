// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.PooledConnection;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivityTest {
    private static final PooledConnection CONNECTION = (PooledConnection) Proxy.newProxyInstance(
            ActivityTest.class.getClassLoader(),
            new Class<?>[] {PooledConnection.class},
            (proxy, method, args) -> null);

    private final Activity activity = new Activity();
    private final List<String> events = new ArrayList<>();

    @Test
    void aWaitIsEndedOnce() {
        activity.interruption(() -> events.add("ended"));

        activity.interrupt();
        activity.interrupt();

        assertThat(events).containsExactly("ended");
    }

    @Test
    void aWaitThatIsOverIsNotEndedAnyMore() {
        activity.interruption(() -> events.add("ended")).clear();

        activity.interrupt();

        assertThat(events).isEmpty();
    }

    @Test
    void theEndOfAWaitLeavesTheNextOneWhatEndsIt() {
        var first = activity.interruption(() -> events.add("first"));
        activity.interrupt();
        activity.interruption(() -> events.add("second"));

        first.clear();
        activity.interrupt();

        assertThat(events).containsExactly("first", "second");
    }

    @Test
    void aStepThatIsEndedWhileItWaitsDoesNotRun() {
        activity.running(CONNECTION);
        activity.waitForAnswers(() -> events.add("step"), error -> events.add("error " + error.errno()));

        activity.interrupt();
        activity.running(null);
        activity.resume();

        assertThat(events).containsExactly("error 1317");
    }

    @Test
    void aStepThatHasWaitedForAnswersIsNotEndedAnyMore() {
        activity.running(CONNECTION);
        activity.waitForAnswers(() -> events.add("step"), error -> events.add("error " + error.errno()));
        activity.running(null);

        activity.resume();
        activity.interrupt();
        activity.resume();

        assertThat(events).containsExactly("step");
    }

    @Test
    void aStepWaitsOnWhileTheConnectionIsAskedSomethingElse() {
        activity.running(CONNECTION);
        activity.whenIdle(() -> events.add("step"));

        activity.resume();
        assertThat(events).isEmpty();

        activity.running(null);
        activity.resume();
        assertThat(events).containsExactly("step");
    }
}
