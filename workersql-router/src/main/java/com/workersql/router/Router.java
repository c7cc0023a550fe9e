// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.internal.plan.Planner;
import com.workersql.router.internal.plan.Purpose;
import com.workersql.router.internal.plan.RouteTrace;
import com.workersql.router.policy.RoutingPolicy;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Decides where statements go. Safe for any number of threads; no call blocks, reads a clock or does I/O. Only
 * {@link #plan}, {@link #planPrepare}, {@link #explain} and {@link #warmUp} may run the grammar, which can take
 * milliseconds: callers on an event loop ask {@link #planIfCached} first and hand a miss to a thread that may be slow.
 */
public final class Router {

    private final Planner planner;

    private Router(Builder builder) {
        this.planner = new Planner(
                builder.policy,
                builder.resolver,
                builder.planCacheMaxWeightBytes,
                builder.hashSeed,
                builder.support,
                builder.localFiles,
                builder.onFault);
    }

    /**
     * {@return a builder}
     *
     * @param policy the policy to begin with
     */
    public static Builder builder(RoutingPolicy policy) {
        return new Builder(policy);
    }

    /**
     * {@return the plan of a statement whose shape is known, or that its tokens alone decide; null where it has to be
     * analysed first by {@link #plan}}
     *
     * @param statement the statement, with its values where it has placeholders
     */
    public RoutePlan planIfCached(Statement statement) {
        return planner.plan(statement, Purpose.EXECUTE, false);
    }

    /**
     * {@return the plan of a statement; never throws, whatever the text}
     *
     * @param statement the statement, with its values where it has placeholders
     */
    public RoutePlan plan(Statement statement) {
        return planner.plan(statement, Purpose.EXECUTE, true);
    }

    /**
     * {@return the plan of preparing a statement whose values are not known yet: a shard that has every table of it}
     *
     * @param statement the statement, without values
     */
    public RoutePlan planPrepare(Statement statement) {
        return planner.plan(statement, Purpose.PREPARE, true);
    }

    /**
     * {@return what {@link #planPrepare} says where the shape is known, else null}
     *
     * @param statement the statement, without values
     */
    public RoutePlan planPrepareIfCached(Statement statement) {
        return planner.plan(statement, Purpose.PREPARE, false);
    }

    /**
     * {@return the plan of a statement, and why it is so}
     *
     * @param statement the statement, with its values where it has placeholders
     */
    public Explanation explain(Statement statement) {
        RouteTrace trace = new RouteTrace();
        RoutePlan plan = planner.explained(statement, trace);
        String rule = trace.reason().isEmpty() ? "table rules" : trace.reason();
        String kind;
        String reason = rule;
        List<String> shards = List.of();
        if (plan instanceof RoutePlan.SingleShard single) {
            kind = "single_shard";
            shards = List.of(single.shard());
        } else if (plan instanceof RoutePlan.MultiShard multi) {
            kind = "multi_shard";
            shards = multi.shards();
        } else if (plan instanceof RoutePlan.Broadcast broadcast) {
            kind = "broadcast";
            shards = broadcast.shards();
        } else if (plan instanceof RoutePlan.Local local) {
            kind = "local";
            reason = local.action() instanceof LocalAction.GenerateKeys keys
                    ? "generated keys: " + keys.count() + " of the sequence " + keys.sequence() + " on " + local.shard()
                    : "the gateway does it";
        } else {
            kind = "refused";
            reason = ((RoutePlan.Refused) plan).reason();
        }
        return new Explanation(
                plan,
                kind,
                reason,
                trace.tables(),
                trace.places(),
                shards,
                trace.combination(),
                trace.hints(),
                trace.policy().version(),
                trace.policy().slots().generation(),
                trace.isHit());
    }

    /**
     * {@return the statements of a text that holds several, in their order, as places in the same array; the statement
     * alone where it is one, or where what stands between semicolons is no statement of its own}
     *
     * <p>Each is to be planned when those before it have run: a {@code SET sql_mode}, a {@code USE} or a {@code BEGIN}
     * among them decides how the next is read. {@link #plan} of the whole text is a {@link RoutePlan.SingleShard} of kind
     * {@link StatementKind#MULTIPLE} where none does and all go to one shard, so that the text may be sent as it is.
     *
     * @param statement the text
     */
    public List<Statement> split(Statement statement) {
        return planner.split(statement);
    }

    /**
     * {@return what a statement touches, and how fresh its reads have to be} To be asked behind its plan: of a statement whose analysis
     * is not in the plan cache only the hints are known.
     *
     * @param statement the statement
     */
    public Footprint footprint(Statement statement) {
        return planner.footprint(statement);
    }

    /**
     * {@return what a statement does to things of its session that have names, in the order of the text} To be asked where
     * {@link StatementInfo#effects()} says that it may.
     *
     * @param statement the statement
     */
    public List<NamedEffect> namedEffects(Statement statement) {
        return planner.namedEffects(statement);
    }

    /**
     * {@return the statement's text with values in the place of session functions, a column's name kept; null where there is
     * nothing to replace}
     *
     * @param statement the statement
     * @param values gives the SQL expression for {@code ROW_COUNT()}, {@code FOUND_ROWS()}, {@code CONNECTION_ID()}, {@code USER()},
     *     {@code CURRENT_USER}, {@code VERSION()}, {@code @@warning_count} and {@code @@error_count}; null to leave a function to the shard
     */
    public byte[] withSessionValues(Statement statement, Function<LocalAction.SessionFunction, String> values) {
        return planner.withSessionValues(statement, values);
    }

    /** Runs the grammar once, so that the first client does not wait for it. Takes some hundred milliseconds. */
    public void warmUp() {
        planner.warmUp();
    }

    /**
     * Puts another policy in force. Statements that are being planned end with the policy they began with.
     *
     * @param newPolicy the policy
     */
    public void policy(RoutingPolicy newPolicy) {
        planner.policy(Objects.requireNonNull(newPolicy, "newPolicy"));
    }

    /**
     * Refuses statements on some tables, because what their servers have is not what the policy says. Definitions pass, so that it
     * can be mended. Where the table of a sequence is among them, only rows are refused that would get their key from it. Statements of
     * tenants with a database of their own, and a policy of one shard, do not depend on it.
     *
     * @param tables the reason for each table, by its name in lower case; empty to refuse none
     */
    public void shut(Map<String, String> tables) {
        planner.shut(tables);
    }

    /**
     * {@return what a policy would do to the statements that were seen lately, without putting it in force}
     *
     * @param candidate the policy
     */
    public CanaryReport canary(RoutingPolicy candidate) {
        return planner.canary(Objects.requireNonNull(candidate, "candidate"));
    }

    /** {@return the policy in force} */
    public RoutingPolicy policy() {
        return planner.policy();
    }

    /** {@return the counters now} */
    public RouterStats stats() {
        return planner.stats();
    }

    /** Builds a router. Not safe for several threads. */
    public static final class Builder {

        private static final long DEFAULT_PLAN_CACHE_MAX_WEIGHT_BYTES = 32L << 20;

        private final RoutingPolicy policy;
        private long planCacheMaxWeightBytes = DEFAULT_PLAN_CACHE_MAX_WEIGHT_BYTES;
        private long hashSeed = new SecureRandom().nextLong();
        private TenantResolver resolver = TenantResolver.OF_THE_POLICY;
        private MultiShardSupport support = MultiShardSupport.ALL;
        private boolean localFiles;
        private Function<RuntimeException, String> onFault =
                fault -> "[GW-INTERNAL] the statement could not be planned";

        private Builder(RoutingPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
        }

        /**
         * Sets how much the plan cache may weigh: an estimate of the bytes of the analyses in it. Raise it where
         * {@link RouterStats#evictions()} grows while clients send the same statements again.
         *
         * @param bytes at least 0; default 32 MiB
         * @return this
         */
        public Builder planCacheMaxWeightBytes(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("planCacheMaxWeightBytes must be at least 0, got " + bytes);
            }
            planCacheMaxWeightBytes = bytes;
            return this;
        }

        /**
         * Sets the seed of the plan cache's hash, which keeps clients from making up texts that collide.
         *
         * @param seed any value; default: a random one
         * @return this
         */
        public Builder hashSeed(long seed) {
            hashSeed = seed;
            return this;
        }

        /**
         * Sets which statements for several shards the caller can carry out.
         *
         * @param given what it can; default: {@link MultiShardSupport#ALL}
         * @return this
         */
        public Builder multiShard(MultiShardSupport given) {
            support = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * Sets whether {@code LOAD DATA LOCAL} and {@code LOAD XML LOCAL} are planned, because the caller can hand a client's file to the
         * shard that asks for it.
         *
         * @param planned default: false, they are refused with error 3948
         * @return this
         */
        public Builder localFiles(boolean planned) {
            localFiles = planned;
            return this;
        }

        /**
         * Sets who says where tenants live.
         *
         * @param tenants answers for tenants; default: {@link TenantResolver#OF_THE_POLICY}
         * @return this
         */
        public Builder tenantResolver(TenantResolver tenants) {
            resolver = Objects.requireNonNull(tenants, "tenants");
            return this;
        }

        /**
         * Sets who hears of faults in the planning of a statement, of the {@link TenantResolver} too. The statement is refused with error
         * 1105; a fault is counted by {@link RouterStats#faults()} in any case.
         *
         * @param listener takes the fault and gives the reason of the refusal, which the client may see; called on the callers' threads;
         *     default: a reason that says no more than that
         * @return this
         */
        public Builder onFault(Function<RuntimeException, String> listener) {
            onFault = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** {@return the router} */
        public Router build() {
            return new Router(this);
        }
    }
}
