// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.pool.AcquireRequest;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.BackendUnavailableException.Reason;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PoolConfig;
import com.workersql.pool.PoolKey;
import com.workersql.pool.TlsMode;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.execute.Topology;
import com.workersql.server.replicas.ServerLoad;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A connect gate with three probes, as a pool asks it. */
class BreakersConnectGateTest {
    private static final int PROBES = 3;

    private final AtomicLong nanos = new AtomicLong();
    private final Endpoint endpoint = new Endpoint("127.0.0.1", closedPort());
    private final CircuitBreaker breaker;
    private final BreakersConnectGate gate;

    BreakersConnectGateTest() {
        var registry = BreakerRegistry.builder()
                .connect(CircuitBreaker.builder().probes(PROBES).toConfig())
                .build(nanos::get, new Random(1));
        var node = new ShardNode(endpoint, registry.primary("db"), registry.replica("shard_0", "db"), new ServerLoad());
        breaker = node.asPrimary().connectGate();
        gate = new BreakersConnectGate(new Topology(List.of(node), 1));
    }

    private static int closedPort() {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return server.getLocalPort();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void halfOpenWithTheNextPass() {
        breaker.reportDown();
        assertThat(gate.tryPass(endpoint)).isNull();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    }

    @Test
    void halfOpenItLetsExactlyItsProbesThroughAndClosesWhenAllOfThemAreOpen() {
        halfOpenWithTheNextPass();

        var first = gate.tryPass(endpoint);
        var second = gate.tryPass(endpoint);
        var third = gate.tryPass(endpoint);
        assertThat(List.of(first, second, third)).doesNotContainNull();
        assertThat(gate.tryPass(endpoint)).isNull();

        first.opened(1);
        second.opened(1);
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(gate.tryPass(endpoint)).as("a probe behind the third").isNull();

        third.opened(1);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(gate.tryPass(endpoint)).isNotNull();
    }

    @Test
    void aProbeForWhichNoConnectionIsOpenedMakesRoomForAnother() {
        halfOpenWithTheNextPass();
        gate.tryPass(endpoint);
        gate.tryPass(endpoint);
        var unused = gate.tryPass(endpoint);

        unused.unused();

        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(gate.tryPass(endpoint)).isNotNull();
        assertThat(gate.tryPass(endpoint)).isNull();
    }

    @Test
    void oneOfAPoolsProbesThatFailsShutsIt() throws Exception {
        halfOpenWithTheNextPass();
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var key = new PoolKey(
                endpoint, BackendAccount.of("user", "", null), null, CapabilityFlags.NONE, TlsMode.DISABLED, 45);
        try (var pool =
                BackendPool.create(PoolConfig.builder().connectGate(gate).build())) {
            for (var reason : List.of(Reason.REFUSED, Reason.NOT_TRIED)) {
                var request = AcquireRequest.of(key, loops.next(), System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
                assertThatThrownBy(() -> pool.acquire(request).get(30, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                BackendUnavailableException.class,
                                e -> assertThat(e.reason()).isEqualTo(reason));
                assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
            }
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(15, TimeUnit.SECONDS);
        }
    }
}
