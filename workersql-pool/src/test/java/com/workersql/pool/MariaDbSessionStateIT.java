// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MariaDbSessionStateIT extends SessionStateContract {
    private static TestServer server;

    MariaDbSessionStateIT() {
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
    Map<String, After> notReset(Reset reset) {
        if (reset == Reset.COM_CHANGE_USER) {
            return Map.of("role", After.KEPT, "FOUND_ROWS", After.KEPT, "COM_SET_OPTION", After.KEPT);
        }
        return Map.of(
                "schema", After.KEPT,
                "role", After.KEPT,
                "FOUND_ROWS", After.KEPT,
                "COM_SET_OPTION", After.KEPT);
    }

    @Override
    Map<String, String> reported() {
        return Map.of("SET ROLE pool_role", "state");
    }
}
