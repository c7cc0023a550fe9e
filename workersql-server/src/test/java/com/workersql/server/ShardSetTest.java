// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.BreakerConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardSetTest {
    private final Transport transport = Transport.create(1);

    @AfterEach
    void stop() {
        transport.close();
    }

    private static GatewayConfig.Builder config() {
        var account = new ShardAccount("app", Secret.of("p"), null);
        return GatewayConfig.builder()
                .shards(List.of(ShardConfig.of("a", "127.0.0.1", 3306, account)))
                .users(UserStore.of(List.of(GatewayUser.of("ann", "*" + "0".repeat(40), null))));
    }

    @Test
    void everySettingOfThePoolReachesThePool() {
        var values = new PoolConfig(
                101, 102, 103, 104, 1_005, 106, 107, 108, 9, 10, 111, 112, 113, 114, 115, 16, Map.of("acme", 17));

        try (var shards = new ShardSet(config().pool(values).build(), transport, System::nanoTime)) {
            var pool = shards.current("a").pool().config();

            assertThat(pool.maxWaitersPerEndpoint()).isEqualTo(values.queueLength());
            assertThat(pool.connectTimeoutMillis()).isEqualTo(values.connectTimeoutMillis());
            assertThat(pool.idleTimeoutMillis()).isEqualTo(values.idleTimeoutMillis());
            assertThat(pool.maxLifetimeMillis()).isEqualTo(values.maxLifetimeMillis());
            assertThat(pool.preparedStatementsPerConnection()).isEqualTo(values.preparedStatementsPerConnection());
            assertThat(pool.maxWaitersPerTenant()).isEqualTo(values.queueLengthPerTenant());
            assertThat(pool.maxConnectionsPerTenant()).isEqualTo(values.connectionsPerTenant());
            assertThat(pool.minIdlePerKey()).isEqualTo(values.minIdle());
            assertThat(pool.jitterPercent()).isEqualTo(values.jitterPercent());
            assertThat(pool.validateAfterIdleMillis()).isEqualTo(values.validateAfterIdleMillis());
            assertThat(pool.validationTimeoutMillis()).isEqualTo(values.validationTimeoutMillis());
            assertThat(pool.resetTimeoutMillis()).isEqualTo(values.resetTimeoutMillis());
            assertThat(pool.keySwitchMillis()).isEqualTo(values.keySwitchMillis());
            assertThat(pool.tcpUserTimeoutMillis()).isEqualTo(values.tcpUserTimeoutMillis());
            assertThat(pool.maxPinnedPercentPerTenant()).isEqualTo(values.pinnedPercentPerTenant());
            assertThat(pool.tenantWeight().applyAsInt("acme")).isEqualTo(17);
            assertThat(pool.tenantWeight().applyAsInt("globex")).isEqualTo(1);
            assertThat(pool.maxConnectionsPerEndpoint()).isEqualTo(100);
        }
    }

    @Test
    void everySettingOfTheBreakerReachesBothGates() {
        var values = new BreakerConfig(11, 12, 13, 1_014, 1_015, 1_016, 17);

        try (var shards = new ShardSet(config().breaker(values).build(), transport, System::nanoTime)) {
            var shard = shards.current("a");
            for (var gate : List.of(shard.calls(), shard.connects())) {
                var config = gate.config();
                assertThat(config.consecutiveFailures()).isEqualTo(11);
                assertThat(config.failureRate()).isEqualTo(0.12);
                assertThat(config.minimumCalls()).isEqualTo(13);
                assertThat(config.windowNanos()).isEqualTo(1_014_000_000L);
                assertThat(config.openNanos()).isEqualTo(1_015_000_000L);
                assertThat(config.maxOpenNanos()).isEqualTo(1_016_000_000L);
                assertThat(config.probes()).isEqualTo(17);
            }
        }
    }
}
