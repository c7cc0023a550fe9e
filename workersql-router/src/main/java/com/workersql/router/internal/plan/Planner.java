// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.CanaryReport;
import com.workersql.router.Footprint;
import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.MultiShardSupport;
import com.workersql.router.NamedEffect;
import com.workersql.router.PermissionClass;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RouterStats;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.TenantResolver;
import com.workersql.router.internal.classify.Classifier;
import com.workersql.router.internal.classify.NamedEffects;
import com.workersql.router.internal.classify.SessionValues;
import com.workersql.router.internal.classify.Verdict.Route;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.plan.ScratchPool.Scratch;
import com.workersql.router.policy.PolicyDiff;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Plans statements: folds, looks up, analyses on a miss, binds. Safe for any thread. */
public final class Planner {

    /** It is not run, so that nobody lacks a permission for it: whoever asks is to hear of the fault. */
    private static final StatementInfo FAULT = new StatementInfo(
            StatementKind.UNKNOWN, false, PermissionClass.READ, Set.of(SessionEffect.UNKNOWN_STATE), "");

    private final ShapeCache shapes;
    private final Binding binding;
    private final Routing routing;
    private final ScratchPool idle = new ScratchPool();
    private final TenantResolver resolver;
    private final LongAdder refused = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final Function<RuntimeException, String> onFault;
    private volatile InForce inForce;

    /**
     * Makes a planner.
     *
     * @param policy the policy to begin with
     * @param resolver says where tenants live
     * @param cacheWeightBytes how much the cached analyses may weigh, estimated
     * @param seed the hash's seed
     * @param support which statements for several shards are carried out
     * @param localFiles whether clients' files may be loaded
     * @param onFault takes a fault of the planning itself, and gives the reason of the refusal
     */
    public Planner(
            RoutingPolicy policy,
            TenantResolver resolver,
            long cacheWeightBytes,
            long seed,
            MultiShardSupport support,
            boolean localFiles,
            Function<RuntimeException, String> onFault) {
        this.onFault = onFault;
        this.resolver = resolver;
        this.inForce = InForce.of(policy, resolver);
        this.shapes = new ShapeCache(cacheWeightBytes, seed);
        this.binding = new Binding(shapes, support);
        this.routing = new Routing(shapes, binding, localFiles);
    }

    /** {@return the policy in force} */
    public RoutingPolicy policy() {
        return inForce.policy();
    }

    /** Puts a policy in force for the statements that are planned from now on. */
    public void policy(RoutingPolicy policy) {
        inForce = InForce.of(policy, resolver);
    }

    /**
     * {@return the plan; null where it would take the grammar and that may not be asked}
     *
     * @param statement the statement
     * @param purpose what the plan is for
     * @param mayAnalyse whether the grammar may be asked
     */
    public RoutePlan plan(Statement statement, Purpose purpose, boolean mayAnalyse) {
        Scratch scratch = idle.take();
        try {
            scratch.folded.fold(statement.bytes(), statement.offset(), statement.length(), statement.context());
            RoutePlan plan = HintStrip.apply(
                    routing.plan(statement, scratch, inForce, purpose, mayAnalyse, null), statement, scratch.folded);
            if (plan instanceof Refused) {
                refused.increment();
            }
            return plan;
        } catch (RuntimeException e) {
            refused.increment();
            return fault(e);
        } finally {
            idle.put(scratch);
        }
    }

    /** A fault of this library must not take down the caller's session; the statement is not run. */
    private Refused fault(RuntimeException fault) {
        faults.increment();
        return new Refused(FAULT, 1105, "HY000", onFault.apply(fault));
    }

    /**
     * {@return the plan of a statement, with what it was made from}
     *
     * @param statement the statement
     * @param trace takes what the plan is made from
     */
    public RoutePlan explained(Statement statement, RouteTrace trace) {
        InForce now = inForce;
        trace.policy(now.policy());
        Scratch scratch = idle.take();
        try {
            scratch.folded.fold(statement.bytes(), statement.offset(), statement.length(), statement.context());
            return HintStrip.apply(
                    routing.plan(statement, scratch, now, Purpose.EXECUTE, true, trace), statement, scratch.folded);
        } catch (RuntimeException e) {
            return fault(e);
        } finally {
            idle.put(scratch);
        }
    }

    /** Refuses statements on some tables, by name in lower case, with their reasons. */
    public void shut(Map<String, String> tables) {
        binding.shut(new ShutTables(tables));
    }

    /**
     * {@return what another policy would do to the statements in the cache}
     *
     * @param candidate the policy
     */
    public CanaryReport canary(RoutingPolicy candidate) {
        InForce now = inForce;
        InForce then = InForce.of(candidate, resolver);
        List<CanaryReport.Change> changes = new ArrayList<>();
        int evaluated = 0;
        int skipped = 0;
        Scratch scratch = new Scratch();
        for (Shape shape : shapes.all()) {
            if (shape.sample() == null) {
                skipped++;
                continue;
            }
            evaluated++;
            Statement statement = shape.sample().statement();
            FoldedStatement s = scratch.folded;
            s.fold(statement.bytes(), statement.offset(), statement.length(), statement.context());
            CanaryReport.Change change = Canary.compare(
                    statement.context().tenant(),
                    binding.bind(statement, s, shape, now, Purpose.EXECUTE, true, null),
                    binding.bind(statement, s, shape, then, Purpose.EXECUTE, true, null));
            if (change != null) {
                changes.add(change);
            }
        }
        List<String> moved = new ArrayList<>();
        for (TenantPlacement home : now.homes().asMap().values()) {
            String next = candidate.placement(home.tenant()).shard();
            if (!next.equals(home.shard())) {
                moved.add(home.tenant() + ": " + home.shard() + " -> " + next);
            }
        }
        moved.sort(null);
        return new CanaryReport(PolicyDiff.of(now.policy(), candidate), evaluated, skipped, changes, moved);
    }

    /** {@return what a statement does to things of its session that have names} */
    public List<NamedEffect> namedEffects(Statement statement) {
        return folded(statement, NamedEffects::of);
    }

    /** {@return a statement's text with values for session functions; null where it has none of them} */
    public byte[] withSessionValues(Statement statement, Function<SessionFunction, String> values) {
        return folded(statement, s -> SessionValues.write(s, values, null));
    }

    /** {@return what a statement touches; without its tables where its shape is not in the cache} */
    public Footprint footprint(Statement statement) {
        Scratch scratch = idle.take();
        try {
            scratch.folded.fold(statement.bytes(), statement.offset(), statement.length(), statement.context());
            Shape shape = shapes.find(scratch, statement.context());
            return FootprintReader.read(statement, scratch.folded, shape, inForce.policy());
        } finally {
            idle.put(scratch);
        }
    }

    private <T> T folded(Statement statement, Function<FoldedStatement, T> reader) {
        Scratch scratch = idle.take();
        try {
            // Not folded: of rows that are alike, each has its own functions and names.
            scratch.folded.readAll(statement.bytes(), statement.offset(), statement.length(), statement.context());
            return reader.apply(scratch.folded);
        } finally {
            idle.put(scratch);
        }
    }

    /** {@return the statements of a text that holds several, each with its own place in it; else the statement alone} */
    public List<Statement> split(Statement statement) {
        Scratch scratch = idle.take();
        try {
            FoldedStatement s = scratch.folded;
            s.fold(statement.bytes(), statement.offset(), statement.length(), statement.context());
            return Classifier.classify(s).route() == Route.SEVERAL ? Several.parts(statement, s) : List.of(statement);
        } finally {
            idle.put(scratch);
        }
    }

    /** {@return the counters now} */
    public RouterStats stats() {
        return shapes.stats(refused.sum(), faults.sum());
    }

    /** Parses one statement of each usual kind, so that grammar and caches are there when the first client comes. */
    public void warmUp() {
        shapes.warmUp();
    }

    /** Does what the cache has put off. For tests and statistics. */
    public void settle() {
        shapes.settle();
    }
}
