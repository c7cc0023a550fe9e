// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Needs a MySQL server on the loopback whose root has no password; the system property names its port. */
@EnabledIfSystemProperty(named = "workersql.mysql.port", matches = "\\d+")
class MySqlSessionStateIT extends SessionStateContract {
    private static final Endpoint ENDPOINT = new Endpoint("127.0.0.1", Integer.getInteger("workersql.mysql.port", 1));

    MySqlSessionStateIT() {
        super(PoolFixture.key(ENDPOINT, "pool_app", "secret"));
    }

    @BeforeAll
    static void createAccounts() throws Exception {
        MySqlPoolIT.createAccounts();
    }

    @Override
    Map<String, After> notReset(Reset reset) {
        if (reset == Reset.COM_CHANGE_USER) {
            return Map.of("FOUND_ROWS", After.KEPT, "COM_SET_OPTION", After.KEPT, "sequence", After.UNKNOWN);
        }
        return Map.of(
                "schema", After.KEPT,
                "role", After.KEPT,
                "FOUND_ROWS", After.KEPT,
                "COM_SET_OPTION", After.KEPT,
                "SET NAMES", After.SERVERS_DEFAULT,
                "sequence", After.UNKNOWN);
    }

    @Override
    Map<String, String> reported() {
        return Map.of("SET ROLE pool_role", "");
    }
}
