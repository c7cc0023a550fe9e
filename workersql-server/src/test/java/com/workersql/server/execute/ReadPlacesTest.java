// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.pool.Endpoint;
import com.workersql.pool.TlsMode;
import com.workersql.router.Hints;
import com.workersql.router.PermissionClass;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.replicas.GtidPosition;
import com.workersql.server.replicas.ServerLoad;
import com.workersql.server.session.ClientSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where the reads of a shard with a primary and four replicas go. */
class ReadPlacesTest {
    private static final int DRAWS = 500;
    private static final StatementInfo READ =
            new StatementInfo(StatementKind.SELECT, true, PermissionClass.READ, Set.of(), "select 1");

    private final long nanos = TimeUnit.SECONDS.toNanos(100);
    private final BreakerRegistry breakers = BreakerRegistry.builder().build(() -> nanos, new Random(1));
    private final List<ShardNode> nodes = new ArrayList<>();
    private final Topology topology;
    private final Shard shard;
    private final ReadPlaces places = new ReadPlaces(ReplicasConfig.of(true, Map.of()), new Random(7), () -> nanos);
    private final ClientSession session = Sessions.ofAcme();

    ReadPlacesTest() {
        for (int port = 1; port <= 5; port++) {
            var endpoint = new Endpoint("127.0.0.1", port);
            var name = endpoint.toString();
            nodes.add(new ShardNode(
                    endpoint, breakers.primary(name), breakers.replica("shard_0", name), new ServerLoad()));
        }
        topology = new Topology(nodes, 10);
        topology.clock().ofPrimary(GtidPosition.parse("0-1-5"), nanos);
        for (var node : nodes) {
            node.load().up(true);
            topology.clock().ofReplica(node.load(), GtidPosition.parse("0-1-5"));
        }
        shard = new Shard("shard_0", TlsMode.DISABLED, null, null, Map.of(), topology, new Retries(() -> nanos));
    }

    private Set<Integer> portsOfReads() {
        return portsOfReads(places);
    }

    private Set<Integer> portsOfReads(ReadPlaces places) {
        var ports = new HashSet<Integer>();
        for (int i = 0; i < DRAWS; i++) {
            var chosen = places.choose(session, shard, READ, Hints.NONE, Set.of());
            ports.add(chosen == null ? 1 : chosen.node().endpoint().port());
        }
        return ports;
    }

    private static void failCalls(ShardNode replica) {
        for (int i = 0; i < 5; i++) {
            var permit = replica.asReplica().callGate().tryAcquire();
            replica.asReplica().finishCall(permit, FailureClass.CALL_FAILURE, 1);
        }
    }

    @Test
    void allReplicasThatAreFreshAreReadFrom() {
        assertThat(portsOfReads()).containsExactlyInAnyOrder(2, 3, 4, 5);
    }

    @Test
    void thePrimaryTakesItsWeightOfReads() {
        var config = ReplicasConfig.of(true, Map.of(ReplicasConfig.PRIMARY_WEIGHT_PERCENT, 100L));

        assertThat(portsOfReads(new ReadPlaces(config, new Random(7), () -> nanos)))
                .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
    }

    @Test
    void aReplicaWhoseCallsFailIsNotReadFrom() {
        failCalls(nodes.get(2));
        assertThat(portsOfReads()).containsExactlyInAnyOrder(2, 4, 5);
    }

    @Test
    void whereTheCallsOfAllReplicasFailNoMoreThanTheShareIsLeftOut() {
        nodes.subList(1, 5).forEach(ReadPlacesTest::failCalls);
        assertThat(portsOfReads()).containsExactlyInAnyOrder(4, 5);
    }

    @Test
    void whereNoReplicaAnswersThePrimaryIsReadFrom() {
        nodes.subList(1, 5).forEach(node -> node.load().up(false));
        assertThat(portsOfReads()).containsExactly(1);
    }
}
