// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MariaDbClientIT extends PooledClientContract {
    private static TestServer server;

    MariaDbClientIT() {
        super(PoolFixture.key(server.endpoint(), "pool_app", "secret"));
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
