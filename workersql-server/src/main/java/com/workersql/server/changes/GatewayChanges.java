// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.config.ChangesConfig;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The change feed of a gateway: one {@link ShardFeed} for each shard. Safe for all threads. */
public final class GatewayChanges implements ChangeFeed, AutoCloseable {
    private static final int TOO_MANY = 1226;
    private static final int WRONG_ARGUMENTS = 1210;

    private final ChangesConfig config;
    private final PositionSeal seal;
    private final ChangeBudget budget;
    private final Map<String, ShardFeed> feeds = new TreeMap<>();
    private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();

    /**
     * A feed that reads nothing before somebody subscribes.
     *
     * @param config the bounds
     * @param sources the shards' logs, in the order of the configuration, by which their server ids go
     * @param loops gives each shard its event loop
     * @param writes hears what the logs that are followed say
     */
    public GatewayChanges(
            ChangesConfig config, List<LogSource> sources, Supplier<EventLoop> loops, WriteListener writes) {
        this.config = config;
        this.budget = new ChangeBudget(config.bufferBytes());
        var first = sources.get(0).account();
        this.seal = new PositionSeal(first.user(), first.secret());
        int ids = 1 + config.catchUpReaders();
        for (int i = 0; i < sources.size(); i++) {
            int serverId = (int) (config.firstServerId() + (long) i * ids);
            var source = sources.get(i);
            feeds.put(
                    source.shard(), new ShardFeed(source, loops.get(), new Random(), config, serverId, budget, writes));
        }
    }

    @Override
    public GatewayError refusal() {
        return null;
    }

    @Override
    public Subscription subscribe(Interest interest, String from, ChangeListener listener, EventLoop loop) {
        var parts = from == null ? Map.<String, ResumePoint.Part>of() : seal.open(interest.scope(), from);
        var subscriber = new Subscriber[1];
        subscriber[0] = new Subscriber(
                interest,
                parts == null ? Map.of() : parts,
                listener,
                loop,
                seal,
                config.queueBytes(),
                budget,
                () -> gone(subscriber[0]));
        var error = parts == null
                ? new GatewayError(
                        WRONG_ARGUMENTS,
                        "HY000",
                        "\"from\" is no position that this table's events have told",
                        ErrorClass.SYNTAX,
                        Outcome.NOT_EXECUTED)
                : tooMany(interest);
        if (error != null) {
            subscriber[0].fail(error);
        } else if (from != null && !parts.keySet().containsAll(interest.shards())) {
            subscriber[0].lose(moved());
        } else {
            subscribers.add(subscriber[0]);
            interest.shards().forEach(shard -> feeds.get(shard).add(subscriber[0], parts.get(shard)));
        }
        return subscriber[0];
    }

    private static Loss moved() {
        return new Loss(
                Loss.Kind.MOVED, "The table's rows are on other shards, or told apart otherwise, by a new policy");
    }

    private GatewayError tooMany(Interest interest) {
        if (subscribers.size() >= config.maxSubscriptions()) {
            return GatewayError.refused(
                    TOO_MANY,
                    "42000",
                    "There are " + config.maxSubscriptions()
                            + " subscriptions, which is all there may be (changes.max_subscriptions)");
        }
        if (interest.tenant() == null) {
            return null;
        }
        long own = subscribers.stream()
                .filter(subscriber ->
                        interest.tenant().equals(subscriber.interest().tenant()))
                .count();
        return own < config.maxSubscriptionsPerTenant()
                ? null
                : GatewayError.refused(
                        TOO_MANY,
                        "42000",
                        "This tenant has " + own
                                + " subscriptions, which is all it may have (changes.max_subscriptions_per_tenant)");
    }

    private void gone(Subscriber subscriber) {
        if (subscribers.remove(subscriber)) {
            subscriber.interest().shards().forEach(shard -> feeds.get(shard).remove(subscriber));
        }
    }

    /** Another policy is in force: subscriptions whose rows it has elsewhere end. */
    public void usePolicy(RoutingPolicy policy) {
        for (var subscriber : subscribers) {
            var before = subscriber.interest();
            if (!before.equals(Interests.of(policy, before.tenant(), before.schema(), before.table()))) {
                subscriber.lose(moved());
            }
        }
    }

    /** {@return how many subscriptions there are} */
    public int subscriptions() {
        return subscribers.size();
    }

    /** {@return the bytes that wait for subscribers} */
    public long waitingBytes() {
        return budget.usedBytes();
    }

    /** {@return how many connections read logs} */
    public int readers() {
        return feeds.values().stream().mapToInt(ShardFeed::readers).sum();
    }

    @Override
    public void close() {
        feeds.values().forEach(ShardFeed::close);
    }
}
