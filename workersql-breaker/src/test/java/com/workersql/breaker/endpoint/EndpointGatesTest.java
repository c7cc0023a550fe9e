// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.FakeClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EndpointGatesTest {
    private final FakeClock clock = new FakeClock();
    private final EndpointGates gates =
            BreakerRegistry.builder().build(clock, new Random(1)).primary("db1:3306");

    private void connect(FailureClass outcome) {
        gates.finishConnect(gates.connectGate().tryAcquire(), outcome, 0);
    }

    private void call(FailureClass outcome) {
        gates.finishCall(gates.callGate().tryAcquire(), outcome, 0);
    }

    @Test
    void failedConnectionsShutTheWayToNewConnectionsOnly() {
        for (int i = 0; i < 5; i++) {
            connect(FailureClass.CONNECT_FAILURE);
        }

        assertThat(gates.connectGate().tryAcquire()).isNull();
        assertThat(gates.callGate().tryAcquire()).isNotNull();
        assertThat(gates.isEjected()).isTrue();
    }

    @Test
    void brokenCallsShutTheWayToCallsOnly() {
        for (int i = 0; i < 5; i++) {
            call(FailureClass.CALL_FAILURE);
        }

        assertThat(gates.callGate().tryAcquire()).isNull();
        assertThat(gates.connectGate().tryAcquire()).isNotNull();
    }

    @Test
    void answersOfAHealthyServerNeverCount() {
        for (int i = 0; i < 1_000; i++) {
            call(FailureClass.NEUTRAL);
            call(FailureClass.ROLE_CHANGE);
            call(FailureClass.SLOW);
            call(FailureClass.CALLER);
        }

        assertThat(gates.isEjected()).isFalse();
    }

    @Test
    void killedSessionsDoNotCountWhileNewConnectionsWork() {
        for (int i = 0; i < 100; i++) {
            call(FailureClass.CALL_FAILURE_IF_CONNECT_FAILS);
            assertThat(gates.isSuspected()).isTrue();
            connect(FailureClass.NEUTRAL);
        }

        assertThat(gates.isSuspected()).isFalse();
        assertThat(gates.isEjected()).isFalse();
    }

    @Test
    void killedSessionsCountOnceAFreshConnectionFailsToo() {
        for (int i = 0; i < 5; i++) {
            call(FailureClass.CALL_FAILURE_IF_CONNECT_FAILS);
        }
        assertThat(gates.callGate().state()).isEqualTo(BreakerState.CLOSED);

        connect(FailureClass.CONNECT_FAILURE);

        assertThat(gates.callGate().state()).isEqualTo(BreakerState.OPEN);
        assertThat(gates.isSuspected()).isFalse();
    }

    @Test
    void aSuspicionOlderThanTheWindowIsForgotten() {
        for (int i = 0; i < 5; i++) {
            call(FailureClass.CALL_FAILURE_IF_CONNECT_FAILS);
        }
        clock.advance(Duration.ofSeconds(31));
        assertThat(gates.isSuspected()).isFalse();

        connect(FailureClass.CONNECT_FAILURE);

        assertThat(gates.callGate().state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aConnectionThatItsCallerGaveUpSettlesNothing() {
        call(FailureClass.CALL_FAILURE_IF_CONNECT_FAILS);

        connect(FailureClass.CALLER);

        assertThat(gates.isSuspected()).isTrue();
    }

    @Test
    void connectionsOpenedWithoutAskingCountAsAnyOther() {
        for (int i = 0; i < 4; i++) {
            gates.recordConnect(FailureClass.CONNECT_FAILURE, 0);
        }
        gates.recordConnect(FailureClass.NEUTRAL, 1);
        for (int i = 0; i < 4; i++) {
            gates.recordConnect(FailureClass.CONNECT_FAILURE, 0);
        }
        assertThat(gates.connectGate().state()).isEqualTo(BreakerState.CLOSED);

        gates.recordConnect(FailureClass.CONNECT_FAILURE, 0);
        assertThat(gates.connectGate().state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aConnectionThatWasOpenedWhileTheGateIsShutOpensIt() {
        gates.connectGate().reportDown();
        gates.recordConnect(FailureClass.CALLER, 0);
        assertThat(gates.connectGate().state()).isEqualTo(BreakerState.OPEN);

        gates.recordConnect(FailureClass.NEUTRAL, 0);
        assertThat(gates.connectGate().state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aConnectionOpenedWithoutAskingSettlesSuspicions() {
        for (int i = 0; i < 5; i++) {
            call(FailureClass.CALL_FAILURE_IF_CONNECT_FAILS);
        }
        gates.recordConnect(FailureClass.CONNECT_FAILURE, 0);

        assertThat(gates.callGate().state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void halfOpenAConnectionOpenedWithoutAskingCountsAsOneOfTheProbes() {
        var several = BreakerRegistry.builder()
                .connect(CircuitBreaker.builder().probes(2).toConfig())
                .build(clock, new Random(1))
                .primary("db1:3306");
        several.connectGate().reportDown();
        clock.advance(Duration.ofSeconds(16));
        var probe = several.connectGate().tryAcquire();

        several.recordConnect(FailureClass.NEUTRAL, 0);
        several.recordConnect(FailureClass.NEUTRAL, 0);
        assertThat(several.connectGate().state()).isEqualTo(BreakerState.HALF_OPEN);

        several.finishConnect(probe, FailureClass.NEUTRAL, 0);
        assertThat(several.connectGate().state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void halfOpenAConnectionThatFailsShutsTheGateThoughItDidNotAsk() {
        gates.connectGate().reportDown();
        clock.advance(Duration.ofSeconds(16));
        assertThat(gates.connectGate().tryAcquire()).isNotNull();

        gates.recordConnect(FailureClass.CONNECT_FAILURE, 0);

        assertThat(gates.connectGate().state()).isEqualTo(BreakerState.OPEN);
    }
}
