// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Decides where statements go. Safe for any number of threads; no call blocks, reads a clock or does I/O. Only
 * {@link #plan}, {@link #planPrepare} and {@link #explain} may run the grammar, which can take milliseconds: callers on an
 * event loop ask {@link #planIfCached} first and hand a miss to a thread that may be slow.
 */
public final class Router {

    private final LongAdder refused = new LongAdder();
    private volatile RoutingPolicy policy;

    private Router(Builder builder) {
        this.policy = builder.policy;
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
     * {@return the plan of a statement whose shape is known, or that the lexer alone can decide; null where it has to be
     * analysed first by {@link #plan}}
     *
     * @param statement the statement
     */
    public RoutePlan planIfCached(Statement statement) {
        return plan(statement);
    }

    /**
     * {@return the plan of a statement; never throws, whatever the text}
     *
     * @param statement the statement, with its values where it has placeholders
     */
    public RoutePlan plan(Statement statement) {
        StatementInfo info = new StatementInfo(
                StatementKind.UNKNOWN, false, PermissionClass.ADMIN, Set.of(SessionEffect.UNKNOWN_STATE), "");
        String tenant = statement.context().tenant();
        if (tenant == null) {
            refused.increment();
            return new RoutePlan.Refused(info, 1235, "42000", "This session has no tenant to route by");
        }
        TenantPlacement home = policy.placement(tenant);
        return new RoutePlan.SingleShard(info, home.shard(), true);
    }

    /**
     * {@return the plan of preparing a statement whose values are not known yet: a shard that has every table of it}
     *
     * @param statement the statement, without values
     */
    public RoutePlan planPrepare(Statement statement) {
        return plan(statement);
    }

    /**
     * {@return the plan of a statement, and why it is so}
     *
     * @param statement the statement, with its values where it has placeholders
     */
    public Explanation explain(Statement statement) {
        RoutePlan plan = plan(statement);
        RoutingPolicy now = policy;
        return new Explanation(
                plan, "", "", List.of(), List.of(), now.version(), now.slots().generation(), false);
    }

    /** Runs the grammar once, so that the first client does not wait for it. Takes some hundred milliseconds. */
    public void warmUp() {}

    /**
     * Puts another policy in force. Statements that are being planned end with the policy they began with.
     *
     * @param newPolicy the policy
     */
    public void policy(RoutingPolicy newPolicy) {
        policy = Objects.requireNonNull(newPolicy, "newPolicy");
    }

    /** {@return the policy in force} */
    public RoutingPolicy policy() {
        return policy;
    }

    /** {@return the counters now} */
    public RouterStats stats() {
        return new RouterStats(0, 0, 0, 0, 0, 0, refused.sum());
    }

    /** Builds a router. Not safe for several threads. */
    public static final class Builder {

        private final RoutingPolicy policy;

        private Builder(RoutingPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
        }

        /** {@return the router} */
        public Router build() {
            return new Router(this);
        }
    }
}
