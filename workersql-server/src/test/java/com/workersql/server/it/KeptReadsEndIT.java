// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import java.sql.Connection;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A read whose answer may be kept waits for a question of the gateway's about its schema: it can be ended there. */
class KeptReadsEndIT {
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1]
            tenants: { acme: shard_0, globex: shard_1 }
            tables:
              asked_of: { cache: { mode: cached, ttl_ms: 600000 } }
            """;
    private static final String READ = "SELECT v FROM asked_of WHERE id = 1";
    /** A part of the question that is in no statement of a client. */
    private static final String QUESTION = "information_schema.referential_constraints";

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    private Connection acme;
    private Connection other;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, KeptReadsEndIT::withPolicy);
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    private static GatewayConfig withPolicy(GatewayConfig config) {
        return Fleet.withConnections(config, 4).toBuilder()
                .policy(new PolicySource("(test)", POLICY))
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    /** Behind a definition the schema has to be asked for anew. */
    @BeforeEach
    void define() throws Exception {
        acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
        other = fleet.connect(Driver.MARIADB_TEXT, "acme");
        run(other, "DROP TABLE IF EXISTS asked_of");
        run(other, "CREATE TABLE asked_of (id INT PRIMARY KEY, v INT)");
        run(other, "INSERT INTO asked_of VALUES (1, 7)");
        proxy.aim(QUESTION, FaultProxy.Cut.STALL, 0);
    }

    @AfterEach
    void release() throws Exception {
        proxy.release();
        assertThat(value(acme, READ)).isEqualTo("7");
        acme.close();
        other.close();
    }

    @Test
    void killQueryEndsIt() throws Exception {
        String id = value(acme, "SELECT CONNECTION_ID()");
        var reading = inThread(() -> value(acme, READ));
        while (proxy.isAimed()) {
            LockSupport.parkNanos(1_000_000);
        }

        KilledStatement.assertKilled(reading, other, id);
    }

    @Test
    void itsTimeLimitEndsIt() throws Exception {
        var answer = new Http(fleet, "acme").post("{\"sql\":\"" + READ + "\",\"timeout\":200}");

        assertThat(proxy.isAimed()).isFalse();
        assertThat(answer.body().toString())
                .contains("3024")
                .contains("for a connection and did not run")
                .contains("not_executed");
    }

    @Test
    void whoeverWaitsLongerThanTheShardTakesIsAnsweredWithoutIt() throws Exception {
        assertThat(value(acme, READ)).isEqualTo("7");
        assertThat(proxy.isAimed()).isFalse();
    }
}
