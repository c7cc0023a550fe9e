// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.value.Collations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MariaDbPoolIT extends PoolOnServerContract {
    private static TestServer server;

    MariaDbPoolIT() {
        super(
                PoolFixture.key(server.endpoint(), "pool_app", "secret"),
                PoolFixture.key(server.endpoint(), "pool_other", "secret2"),
                Collations.mariaDb().byName("utf8mb4_uca1400_ai_ci"));
    }

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }
}
