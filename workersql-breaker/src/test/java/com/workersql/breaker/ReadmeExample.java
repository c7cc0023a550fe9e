// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import com.workersql.breaker.classify.FailureClassifier;
import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.breaker.endpoint.Gate;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.Callable;

public final class ReadmeExample {
    private final BreakerRegistry registry = BreakerRegistry.builder()
            .listener((key, gate, change) -> System.out.println(key + ": " + gate + " gate is " + change.to()))
            .build(System::nanoTime, new Random());
    private final EndpointGates shard = registry.primary("db1:3306");

    public <T> T call(Callable<T> statement) throws Exception {
        Permit permit = shard.callGate().tryAcquire();
        if (permit == null) {
            throw new BreakerOpenException(shard.callGate());
        }
        long startedAtNanos = System.nanoTime();
        FailureClass outcome = FailureClass.CALLER;
        try {
            T result = statement.call();
            outcome = FailureClass.NEUTRAL;
            return result;
        } catch (SQLException e) {
            outcome = FailureClassifier.classify(Gate.CALL, shard.key().role(), e.getErrorCode(), e.getMessage());
            throw e;
        } finally {
            shard.finishCall(permit, outcome, System.nanoTime() - startedAtNanos);
        }
    }
}
