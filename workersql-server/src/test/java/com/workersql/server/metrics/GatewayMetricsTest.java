// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.pool.BackendPool;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PoolConfig;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.execute.Topology;
import com.workersql.server.replicas.ServerLoad;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
    private final BreakerRegistry breakers = BreakerRegistry.builder().build(() -> 0, new Random(1));
    private final ShardNode first = node(1);
    private final ShardNode second = node(2);
    private final Topology topology = new Topology(List.of(first, second), 1);
    private final BackendPool pool = BackendPool.create(
            PoolConfig.builder().channelFactory(NioSocketChannel::new).build());
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private ShardNode node(int port) {
        var endpoint = new Endpoint("127.0.0.1", port);
        return new ShardNode(
                endpoint,
                breakers.primary(endpoint.toString()),
                breakers.replica("a", endpoint.toString()),
                new ServerLoad());
    }

    @AfterEach
    void close() {
        pool.close();
        registry.close();
    }

    @Test
    void behindAFailoverTheFiguresAreThoseOfTheNewPrimary() {
        new GatewayMetrics(registry).shard("a", pool, topology);
        pool.limit(first.endpoint(), 3);
        pool.limit(second.endpoint(), 7);
        first.asPrimary().callGate().reportDown();
        first.asPrimary().connectGate().reportDown();
        assertThat(open("calls")).isEqualTo(1);
        assertThat(limit()).isEqualTo(3);

        topology.primary(second);

        assertThat(open("calls")).isZero();
        assertThat(open("connects")).isZero();
        assertThat(limit()).isEqualTo(7);
    }

    @Test
    void whatWasRefusedIsCountedOnBehindAFailover() {
        new GatewayMetrics(registry).shard("a", pool, topology);
        first.asPrimary().callGate().reportDown();
        assertThat(first.asPrimary().callGate().tryAcquire()).isNull();

        topology.primary(second);

        assertThat(registry.get("workersql.breaker.rejected")
                        .tags("shard", "a", "gate", "calls")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    private double open(String gate) {
        return registry.get("workersql.breaker.open")
                .tags("shard", "a", "gate", gate)
                .gauge()
                .value();
    }

    private double limit() {
        return registry.get("workersql.pool.connections")
                .tags("shard", "a", "state", "limit")
                .gauge()
                .value();
    }
}
