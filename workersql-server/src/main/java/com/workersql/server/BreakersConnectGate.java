// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.Permit;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.ConnectGate;
import com.workersql.pool.Endpoint;
import com.workersql.server.execute.ConnectFailures;
import com.workersql.server.execute.Topology;

/**
 * The connect gates of a shard's servers, as its pool asks them: each connection answers the permit that it was opened by. An answer of
 * a healthy server, such as that to a wrong password, does not count against it.
 *
 * @param topology the shard's servers
 */
record BreakersConnectGate(Topology topology) implements ConnectGate {
    @Override
    public Pass tryPass(Endpoint endpoint) {
        var gates = topology.gates(topology.node(endpoint));
        var permit = gates.connectGate().tryAcquire();
        return permit == null ? null : new PermitPass(gates, permit);
    }

    private record PermitPass(EndpointGates gates, Permit permit) implements Pass {
        @Override
        public void opened(long nanos) {
            gates.finishConnect(permit, FailureClass.NEUTRAL, nanos);
        }

        @Override
        public void failed(BackendUnavailableException cause) {
            gates.finishConnect(
                    permit, ConnectFailures.classify(cause, gates.key().role()), 0);
        }

        @Override
        public void unused() {
            permit.released();
        }
    }
}
