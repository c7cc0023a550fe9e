// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.router.Hints;
import com.workersql.router.Hints.Consistency;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.balance.EndpointChooser;
import com.workersql.router.balance.EndpointView;
import com.workersql.router.balance.ReadFence;
import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.replicas.SessionWrites;
import com.workersql.server.session.ClientSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Chooses the server of a shard for a read: a replica where the read may be that old, where its session's own last write is there, and
 * where nothing binds the session to the primary. Everything else, and what has replicas that are all too far behind, goes to the
 * primary. Safe for all threads.
 */
final class ReadPlaces {
    /** What these leave or read is of one connection, which a write behind them would have to be sent on. */
    private static final Set<SessionEffect> OF_ONE_CONNECTION = SessionEffect.setOf(
            SessionEffect.USER_VARIABLE,
            SessionEffect.LAST_INSERT_ID,
            SessionEffect.FOUND_ROWS,
            SessionEffect.FOUND_ROWS_USED,
            SessionEffect.ROW_COUNT_USED,
            SessionEffect.DIAGNOSTICS_USED);

    private final EndpointChooser chooser;
    private final boolean byDefault;
    private final long waitNanos;
    private final double primaryWeight;
    private final LongSupplier nanoClock;

    ReadPlaces(ReplicasConfig config, RandomGenerator random, LongSupplier nanoClock) {
        this.chooser = new EndpointChooser(config.maxLagMillis(), config.reads(), random);
        this.byDefault = config.reads();
        this.waitNanos = TimeUnit.MILLISECONDS.toNanos(config.gtidWaitMillis());
        this.primaryWeight = config.primaryWeightPercent() / 100.0;
        this.nanoClock = nanoClock;
    }

    /**
     * A server that is no primary.
     *
     * @param node the server
     * @param awaited a write of the session that has to be there before the read is sent; null where none has
     */
    record Replica(ShardNode node, SessionWrites.Write awaited) {}

    /** Whether a statement could be sent to a replica of this shard at all, before its text is looked at. */
    static boolean isOpen(ClientSession session, Shard shard, Work work) {
        return shard.topology().canFailOver()
                && session.held() == null
                && session.transaction().nextStandsAlone()
                && work.isRun()
                && mayRunElsewhere(work.info());
    }

    private static boolean mayRunElsewhere(StatementInfo info) {
        if (!info.readsOnly() || (info.kind() != StatementKind.SELECT && info.kind() != StatementKind.VALUES)) {
            return false;
        }
        return !info.hasAny(OF_ONE_CONNECTION);
    }

    /**
     * Chooses.
     *
     * @param hints how fresh the read has to be
     * @param excluded servers that have failed this statement already
     * @return null for the primary
     */
    Replica choose(ClientSession session, Shard shard, StatementInfo info, Hints hints, Set<ShardNode> excluded) {
        if (hints.consistency() == Consistency.STRONG
                || (hints.consistency() == Consistency.UNSPECIFIED && !byDefault)
                || info.has(SessionEffect.ROW_LOCK)) {
            return null;
        }
        long now = nanoClock.getAsLong();
        var nodes = shard.topology().nodes();
        var views = new ArrayList<EndpointView>(nodes.size());
        for (var node : nodes) {
            views.add(view(shard, node, excluded, now));
        }
        var write = session.writes().last(shard.name());
        var node = node(nodes, chooser.choose(info, hints, false, fence(write, nodes), views, now));
        if (node != null && !node.equals(shard.topology().primary())) {
            return new Replica(node, null);
        }
        if (write == null || write.gtid() == null || waitNanos == 0) {
            return null;
        }
        node = node(nodes, chooser.choose(info, hints, false, ReadFence.NONE, views, now));
        return node == null || node.equals(shard.topology().primary()) ? null : new Replica(node, write);
    }

    long waitNanos() {
        return waitNanos;
    }

    private EndpointView view(Shard shard, ShardNode node, Set<ShardNode> excluded, long nowNanos) {
        boolean isPrimary = node.equals(shard.topology().primary());
        var load = node.load();
        boolean isHealthy = !excluded.contains(node)
                && load.isUp()
                && (!isPrimary || shard.topology().trouble() == null)
                && isOpen(shard, node, shard.topology().gates(node));
        return new EndpointView(
                node.name(),
                isPrimary,
                isHealthy,
                load.inFlight(),
                load.latencyNanos(nowNanos),
                isPrimary ? primaryWeight : 1,
                load.lagMillis(nowNanos));
    }

    private static boolean isOpen(Shard shard, ShardNode node, EndpointGates gates) {
        return gates.callGate().wouldAdmit()
                && (gates.connectGate().state() == BreakerState.CLOSED
                        || gates.connectGate().wouldAdmit()
                        || shard.pool().stats(node.endpoint()).open() > 0);
    }

    private static ReadFence fence(SessionWrites.Write write, List<ShardNode> nodes) {
        if (write == null) {
            return ReadFence.NONE;
        }
        var covering = new HashSet<String>();
        for (var node : nodes) {
            if (write.isIn(node.load())) {
                covering.add(node.name());
            }
        }
        return new ReadFence(true, covering, Long.MAX_VALUE);
    }

    private static ShardNode node(List<ShardNode> nodes, EndpointView chosen) {
        if (chosen != null) {
            for (var node : nodes) {
                if (node.name().equals(chosen.name())) {
                    return node;
                }
            }
        }
        return null;
    }
}
