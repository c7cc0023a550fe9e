// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.pool.Endpoint;
import com.workersql.server.replicas.ReplicationClock;
import java.util.List;
import java.util.function.Consumer;

/**
 * Which servers a shard has, and which of them takes writes now. The health monitor decides, statements ask. Safe for all threads.
 */
public final class Topology {
    private final List<ShardNode> nodes;
    private final PrimaryWaiters waiters;
    private final ReplicationClock clock = new ReplicationClock();
    private volatile ShardNode primary;
    private volatile String trouble;
    private volatile Consumer<ShardNode> suspicion = node -> {};

    /**
     * A shard's servers.
     *
     * @param nodes all of them, the configured primary first
     * @param maxWaiting how many statements may wait while there is no primary
     */
    public Topology(List<ShardNode> nodes, int maxWaiting) {
        this.nodes = List.copyOf(nodes);
        this.primary = this.nodes.get(0);
        this.waiters = new PrimaryWaiters(maxWaiting);
    }

    /** {@return all servers, the configured primary first} */
    public List<ShardNode> nodes() {
        return nodes;
    }

    /** {@return the server that takes writes, or that was the last to do so; never null} */
    public ShardNode primary() {
        return primary;
    }

    /** {@return why no server takes writes now; null when one does} */
    public String trouble() {
        return trouble;
    }

    /** {@return whether a server that fails may be replaced by another one} */
    public boolean canFailOver() {
        return nodes.size() > 1;
    }

    /** {@return what tells as of when the data of each replica is} */
    public ReplicationClock clock() {
        return clock;
    }

    /** {@return the statements that wait for a primary} */
    public PrimaryWaiters waiters() {
        return waiters;
    }

    /**
     * The server at an address.
     *
     * @param endpoint the address
     * @return null when the shard has none there
     */
    public ShardNode node(Endpoint endpoint) {
        for (ShardNode node : nodes) {
            if (node.endpoint().equals(endpoint)) {
                return node;
            }
        }
        return null;
    }

    /**
     * The gates of a server in the role that it has now.
     *
     * @param node one of this shard's
     * @return never null
     */
    public EndpointGates gates(ShardNode node) {
        return node.equals(primary) ? node.asPrimary() : node.asReplica();
    }

    /**
     * A statement saw something that a fresh look at a server has to explain.
     *
     * @param node which server
     */
    public void suspect(ShardNode node) {
        suspicion.accept(node);
    }

    /**
     * As {@link #suspect(ShardNode)}, of a server that need not be one of this shard's any more.
     *
     * @param endpoint its address
     */
    void suspect(Endpoint endpoint) {
        var node = node(endpoint);
        if (node != null) {
            suspect(node);
        }
    }

    /**
     * Who looks at a suspected server.
     *
     * @param listener may be called on any thread
     */
    public void onSuspicion(Consumer<ShardNode> listener) {
        suspicion = listener;
    }

    /**
     * A server takes writes. Statements that waited for one go on.
     *
     * @param node one of this shard's
     */
    public void primary(ShardNode node) {
        if (!node.equals(primary)) {
            clock.forget(nodes.stream().map(ShardNode::load).toList());
        }
        primary = node;
        trouble = null;
        waiters.release();
    }

    /**
     * No server takes writes.
     *
     * @param why a few words for the client
     */
    public void noPrimary(String why) {
        trouble = why;
    }
}
