// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.value.Collations;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Needs a MySQL server on the loopback whose root has no password; the system property names its port. */
@EnabledIfSystemProperty(named = "workersql.mysql.port", matches = "\\d+")
class MySqlPoolIT extends PoolOnServerContract {
    private static final Endpoint ENDPOINT = new Endpoint("127.0.0.1", Integer.getInteger("workersql.mysql.port", 1));

    MySqlPoolIT() {
        super(
                PoolFixture.key(ENDPOINT, "pool_app", "secret"),
                PoolFixture.key(ENDPOINT, "pool_other", "secret2"),
                Collations.mySql().byName("utf8mb4_nb_0900_ai_ci"));
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
            var statements = new ArrayList<>(TestServer.ACCOUNTS);
            statements.addAll(List.of(
                    "DROP ROLE IF EXISTS pool_role",
                    "CREATE ROLE pool_role",
                    "GRANT pool_role TO pool_app",
                    "GRANT SESSION_VARIABLES_ADMIN ON *.* TO pool_app"));
            for (var statement : statements) {
                assertThat(query(connection, f.loop1, statement).errno())
                        .as(statement)
                        .isZero();
            }
            run(f.loop1, connection::release);
        }
    }

    @Test
    void encryptsWhereTheKeySaysSo() throws Exception {
        var tls = SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        var plain = PoolFixture.key(ENDPOINT, "pool_app", "secret");
        for (var mode : new TlsMode[] {TlsMode.REQUIRED, TlsMode.DISABLED}) {
            var key = new PoolKey(ENDPOINT, plain.account(), null, plain.capabilities(), mode, 45);
            try (var f = new PoolFixture(PoolConfig.builder().sslContext(tls), key)) {
                var connection = f.acquire(f.loop1);
                var reply = start(connection, f.loop1, "SHOW SESSION STATUS LIKE 'Ssl_version'");
                reply.await();
                assertThat(reply.text.toString().contains("TLSv1.")).isEqualTo(mode == TlsMode.REQUIRED);
                run(f.loop1, connection::release);
            }
        }
    }

    @Test
    void doesNotTrustAnUnknownAuthority() throws Exception {
        var plain = PoolFixture.key(ENDPOINT, "pool_app", "secret");
        var key = new PoolKey(ENDPOINT, plain.account(), null, plain.capabilities(), TlsMode.VERIFY_IDENTITY, 45);
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            assertThatThrownBy(() -> f.acquire(f.loop1))
                    .cause()
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.TLS));
        }
    }
}
