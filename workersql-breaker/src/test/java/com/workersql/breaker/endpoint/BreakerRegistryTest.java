// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.FakeClock;
import com.workersql.breaker.TransitionCause;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BreakerRegistryTest {
    private final FakeClock clock = new FakeClock();
    private final List<String> told = new ArrayList<>();
    private final BreakerRegistry registry = BreakerRegistry.builder()
            .listener((key, gate, transition) -> told.add(key + " " + gate + " " + transition.cause()))
            .build(clock, new Random(1));

    private List<EndpointGates> replicas(BreakerRegistry from, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> from.replica("s1", "r" + i + ":3306"))
                .toList();
    }

    @Test
    void keepsOnePairOfGatesForEachEndpointAndRole() {
        EndpointGates primary = registry.primary("db1:3306");
        EndpointGates replica = registry.replica("s1", "db1:3306");

        assertThat(registry.primary("db1:3306")).isSameAs(primary);
        assertThat(registry.replica("s1", "db1:3306")).isSameAs(replica).isNotSameAs(primary);
        assertThat(registry.find(new EndpointKey("db1:3306", Role.PRIMARY))).containsSame(primary);
        assertThat(registry.find(new EndpointKey("db2:3306", Role.PRIMARY))).isEmpty();
        assertThat(registry.all()).containsExactlyInAnyOrder(primary, replica);
    }

    @Test
    void forgetsWhatIsRemoved() {
        EndpointGates primary = registry.primary("db1:3306");

        registry.remove(primary.key());
        registry.remove(primary.key());

        assertThat(registry.primary("db1:3306")).isNotSameAs(primary);
    }

    @Test
    void tellsListenersWhichGateOfWhichEndpointChanged() {
        registry.primary("db1:3306").connectGate().reportDown();

        assertThat(told).containsExactly("db1:3306 as primary CONNECT " + TransitionCause.REPORTED_DOWN);
    }

    @Test
    void aSickPrimaryIsShutOffWhateverTheShare() {
        EndpointGates primary = registry.primary("db1:3306");

        primary.callGate().reportDown();

        assertThat(primary.callGate().tryAcquire()).isNull();
    }

    @Test
    void ejectsNoMoreReplicasThanTheShareAllows() {
        List<EndpointGates> replicas = replicas(registry, 5);

        replicas.forEach(replica -> replica.callGate().reportDown());

        assertThat(replicas).filteredOn(EndpointGates::isEjected).hasSize(2);
        assertThat(replicas.get(4).callGate().snapshot().totalVetoed()).isEqualTo(1);
    }

    @Test
    void bothGatesOfOneReplicaAreOneEjection() {
        List<EndpointGates> replicas = replicas(registry, 4);

        replicas.get(0).connectGate().reportDown();
        replicas.get(0).callGate().reportDown();
        replicas.get(1).callGate().reportDown();

        assertThat(replicas.get(0).callGate().state()).isEqualTo(BreakerState.OPEN);
        assertThat(replicas).filteredOn(EndpointGates::isEjected).hasSize(2);
    }

    @Test
    void aReplicaThatIsBackMakesRoomForAnother() {
        List<EndpointGates> replicas = replicas(registry, 2);
        replicas.get(0).callGate().reportDown();
        replicas.get(0).callGate().reportHealthy();

        replicas.get(1).callGate().reportDown();

        assertThat(replicas.get(1).isEjected()).isTrue();
    }

    @Test
    void theOnlyReplicaMayBeEjectedSinceThePrimaryTakesItsReads() {
        EndpointGates replica = replicas(registry, 1).get(0);

        replica.callGate().reportDown();

        assertThat(replica.isEjected()).isTrue();
    }

    @Test
    void withShareZeroNoReplicaIsEverEjected() {
        BreakerRegistry careful =
                BreakerRegistry.builder().maxEjectedReplicaShare(0).build(clock, new Random(1));
        List<EndpointGates> replicas = replicas(careful, 3);

        replicas.forEach(replica -> replica.callGate().reportDown());

        assertThat(replicas).noneMatch(EndpointGates::isEjected);
    }

    @Test
    void theReplicasOfAnotherShardDoNotCount() {
        List<EndpointGates> replicas = replicas(registry, 2);
        EndpointGates other = registry.replica("s2", "x:3306");

        replicas.get(0).callGate().reportDown();
        other.callGate().reportDown();

        assertThat(other.isEjected()).isTrue();
    }

    @Test
    void keepsTheShareWhenAllReplicasTripAtOnce() throws Exception {
        int threads = 4;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 300; round++) {
                BreakerRegistry shared = BreakerRegistry.builder().build(clock, new Random(1));
                List<EndpointGates> replicas = replicas(shared, threads);
                var barrier = new CyclicBarrier(threads);
                List<Future<?>> results = new ArrayList<>();
                for (EndpointGates replica : replicas) {
                    results.add(executor.submit(() -> {
                        barrier.await();
                        replica.callGate().reportDown();
                        return null;
                    }));
                }
                for (Future<?> result : results) {
                    result.get();
                }
                assertThat(replicas).filteredOn(EndpointGates::isEjected).hasSize(2);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void refusesAShareOutOfRange() {
        assertThatThrownBy(() ->
                        BreakerRegistry.builder().maxEjectedReplicaShare(1.1).toConfig())
                .hasMessage("maxEjectedReplicaShare is 1.1, allowed is 0 to 1");
    }
}
