// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.failsafe.BreakerPolicy;
import dev.failsafe.Failsafe;
import dev.failsafe.Fallback;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UsesBreakerTest {
    @Test
    void opensAndLetsFailsafeFallBack() {
        CircuitBreaker breaker = CircuitBreaker.builder().build(System::nanoTime, new Random());
        breaker.reportDown();

        assertFalse(CircuitBreaker.class.getModule().isNamed());
        assertEquals(BreakerState.OPEN, breaker.state());
        assertNull(breaker.tryAcquire());
        assertEquals(
                "stale",
                Failsafe.with(Fallback.of("stale"), BreakerPolicy.<String>of(breaker)).get(() -> "fresh"));
    }
}
