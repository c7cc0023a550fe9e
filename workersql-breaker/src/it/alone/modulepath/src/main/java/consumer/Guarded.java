// SPDX-License-Identifier: Apache-2.0
package consumer;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.classify.FailureClassifier;
import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.breaker.failsafe.BreakerPolicy;
import dev.failsafe.Failsafe;
import java.util.Random;

final class Guarded {
    private final EndpointGates gates =
            BreakerRegistry.builder().build(System::nanoTime, new Random()).primary("db1:3306");

    CircuitBreaker connectGate() {
        return gates.connectGate();
    }

    void connectFailedWith(int errno) {
        FailureClass outcome = FailureClassifier.classify(Gate.CONNECT, gates.key().role(), errno, null);
        gates.finishConnect(gates.connectGate().tryAcquire(), outcome, 0);
    }

    String callThroughFailsafe() {
        return Failsafe.with(BreakerPolicy.<String>of(gates.callGate())).get(() -> "row");
    }
}
