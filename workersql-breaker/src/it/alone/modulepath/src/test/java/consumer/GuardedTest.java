// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import org.junit.jupiter.api.Test;

class GuardedTest {
    @Test
    void worksAsAModule() {
        var guarded = new Guarded();
        for (int i = 0; i < 5; i++) {
            guarded.connectFailedWith(1040);
        }

        assertTrue(Guarded.class.getModule().isNamed());
        assertEquals("com.workersql.breaker", CircuitBreaker.class.getModule().getName());
        assertEquals(BreakerState.OPEN, guarded.connectGate().state());
        assertEquals("row", guarded.callThroughFailsafe());
    }
}
