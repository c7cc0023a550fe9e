// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Needs a MySQL server on the loopback whose root has no password; the system property names its port. */
@EnabledIfSystemProperty(named = "workersql.mysql.port", matches = "\\d+")
class MySqlPoolIT extends PoolOnServerContract {
    private static final Endpoint ENDPOINT = new Endpoint("127.0.0.1", Integer.getInteger("workersql.mysql.port", 1));

    MySqlPoolIT() {
        super(PoolFixture.key(ENDPOINT, "pool_app", "secret"), PoolFixture.key(ENDPOINT, "pool_other", "secret2"));
    }

    @BeforeAll
    static void createAccounts() throws Exception {
        var root = new PoolKey(
                ENDPOINT,
                BackendAccount.of("root", "", null),
                null,
                new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD),
                TlsMode.DISABLED,
                45);
        try (var f = new PoolFixture(PoolConfig.builder(), root)) {
            var connection = f.acquire(f.loop1);
            for (var statement : TestServer.ACCOUNTS) {
                assertThat(query(connection, f.loop1, statement).errno())
                        .as(statement)
                        .isZero();
            }
            run(f.loop1, connection::release);
        }
    }
}
