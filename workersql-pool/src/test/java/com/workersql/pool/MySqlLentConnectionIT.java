// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Needs a MySQL server on the loopback whose root has no password; the system property names its port. */
@EnabledIfSystemProperty(named = "workersql.mysql.port", matches = "\\d+")
class MySqlLentConnectionIT extends LentConnectionContract {
    private static final Endpoint ENDPOINT = new Endpoint("127.0.0.1", Integer.getInteger("workersql.mysql.port", 1));

    MySqlLentConnectionIT() {
        super(PoolFixture.key(ENDPOINT, "pool_app", "secret"));
    }

    @BeforeAll
    static void createAccounts() throws Exception {
        MySqlPoolIT.createAccounts();
    }
}
