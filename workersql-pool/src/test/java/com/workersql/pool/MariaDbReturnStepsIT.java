// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MariaDbReturnStepsIT extends ReturnStepsContract {
    private static TestServer server;

    MariaDbReturnStepsIT() throws Exception {
        super(PoolFixture.key(server.endpoint(), "pool_app", "secret"));
    }

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    boolean resetsToHandshakesNames() {
        return true;
    }
}
