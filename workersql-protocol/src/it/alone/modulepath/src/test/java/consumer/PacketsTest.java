// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.workersql.protocol.message.server.Err;
import org.junit.jupiter.api.Test;

class PacketsTest {
    @Test
    void worksAsAModule() {
        var error = new Err(1213, "40001", "Deadlock found");

        assertTrue(Packets.class.getModule().isNamed());
        assertEquals("com.workersql.protocol", Err.class.getModule().getName());
        assertEquals(error, Packets.throughTheWire(error));
    }
}
