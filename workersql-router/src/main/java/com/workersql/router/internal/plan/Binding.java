// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.Hints;
import com.workersql.router.MultiShardSupport;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.internal.classify.Classifier;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.plan.ScratchPool.Scratch;
import com.workersql.router.internal.rows.RowGuard;
import com.workersql.router.merge.Merge;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;

/** What a statement of a known shape comes to under a policy: by the home of its tenant, or by the keys of its tables. */
final class Binding {
    private final ShapeCache shapes;
    private final MultiShardSupport support;
    private volatile ShutTables shut = ShutTables.NONE;

    Binding(ShapeCache shapes, MultiShardSupport support) {
        this.shapes = shapes;
        this.support = support;
    }

    /** Refuses statements on some tables. */
    void shut(ShutTables tables) {
        shut = tables;
    }

    /**
     * {@return the plan; null where it would take the grammar and that may not be asked}
     *
     * @param s the statement, folded
     * @param shape what is known of it
     * @param trace takes what the plan is made from, or null
     */
    RoutePlan bind(
            Statement statement,
            FoldedStatement s,
            Shape shape,
            InForce now,
            Purpose purpose,
            boolean mayAnalyse,
            RouteTrace trace) {
        StatementContext context = statement.context();
        StatementInfo info = shape.verdict().info();
        Analysis analysis = shape.analysis();
        if (trace != null) {
            trace.tables(analysis.tables().stream().map(TableName::toString).toList());
        }
        if (context.tenant() != null) {
            TenantPlacement home = now.home(context.tenant());
            if (home.isolation() == Isolation.ROW) {
                return rows(statement, s, shape, home, now.policy(), purpose, mayAnalyse, trace);
            }
            Refused foreign = TenantCheck.check(info, analysis, context, home.database());
            if (foreign != null) {
                return foreign;
            }
            if (!analysis.parsed()) {
                return context.ownAccount()
                        ? new SingleShard(info, home.shard(), true)
                        : Refusal.unsupported(info, "a statement that could not be analysed");
            }
            if (!analysis.agreed()) {
                return Refusal.unsupported(info, "a statement whose tables could not be told for certain");
            }
            return tenantRoute(statement, s, shape, home, now.policy(), trace);
        }
        RoutingPolicy policy = now.policy();
        if (policy.shards().size() == 1) {
            String only = policy.shards().get(0);
            return analysis.parsed() ? shape.home(only) : new SingleShard(info, only, true);
        }
        if (!analysis.parsed()) {
            return Refusal.unsupported(info, "a statement that could not be analysed");
        }
        if (!analysis.agreed()) {
            return Refusal.unsupported(info, "a statement whose tables could not be told for certain");
        }
        Refused closed = shut.refusal(info, analysis, policy);
        if (closed != null) {
            return closed;
        }
        boolean preparing = purpose == Purpose.PREPARE;
        if (!preparing && trace == null) {
            String shard = shape.oneKey(policy).shard(statement, s);
            if (shard != null) {
                return shape.home(shard);
            }
        }
        RoutePlan plan = shut.orRefused(new TableRoute(statement, s, info, analysis, policy, preparing, trace).plan());
        if (trace != null && plan instanceof RoutePlan.MultiShard several) {
            trace.combination(several.combination());
        }
        if (plan instanceof RoutePlan.MultiShard several && !support.carriesOut(several)) {
            String what = several.combination() instanceof Merge merge
                    ? merge.inWords()
                    : info.kind().toString();
            return Refusal.unsupported(info, what + " over the shards " + several.shards());
        }
        if (preparing && plan instanceof RoutePlan.Broadcast broadcast) {
            return new SingleShard(info, broadcast.shards().get(0), false);
        }
        return plan;
    }

    /** A statement over tables that tenants share is planned as what it is with the tenant's predicate in it. */
    private RoutePlan rows(
            Statement statement,
            FoldedStatement s,
            Shape shape,
            TenantPlacement home,
            RoutingPolicy policy,
            Purpose purpose,
            boolean mayAnalyse,
            RouteTrace trace) {
        StatementInfo info = shape.verdict().info();
        RowTenant tenant = new RowTenant(statement, policy, home);
        Refused no = tenant.refusal(s, info, shape.analysis());
        if (no != null) {
            return no;
        }
        if (RowTenant.isDescription(info.kind())) {
            return new SingleShard(info, home.shard(), false);
        }
        RowGuard.Guarded guarded = tenant.guarded(info.kind());
        if (guarded.text() == null) {
            return tenant.refused(info, guarded);
        }
        byte[] text = guarded.text();
        Statement own = new Statement(
                statement.context(), text, 0, text.length, statement.parameters(), statement.preferredShard());
        Scratch scratch = new Scratch();
        FoldedStatement folded = scratch.folded;
        folded.fold(text, 0, text.length, own.context());
        Shape ownShape = shapes.find(scratch, own.context());
        if (ownShape == null) {
            if (!mayAnalyse) {
                return null;
            }
            ownShape = shapes.analysed(own, scratch, Classifier.classify(folded));
        }
        Analysis analysis = ownShape.analysis();
        if (!analysis.parsed() || !analysis.agreed() || analysis.names() != guarded.names()) {
            shapes.disagreed();
            return Refusal.unsupported(info, "a statement whose tables could not be told for certain");
        }
        Refused closed = shut.refusal(info, analysis, policy);
        if (closed != null) {
            return closed;
        }
        boolean preparing = purpose == Purpose.PREPARE;
        RoutePlan plan = new TableRoute(own, folded, info, analysis, policy, preparing, trace, home).plan();
        if (trace != null && plan instanceof RoutePlan.MultiShard several) {
            trace.combination(several.combination());
        }
        if (plan instanceof RoutePlan.MultiShard several && !support.carriesOut(several)) {
            return Refusal.unsupported(info, info.kind() + " over the shards " + several.shards());
        }
        return RowTenant.of(info, plan, text, folded.parameters());
    }

    /** A tenant's statement goes to its home, or to the one shard of all tables that it names. */
    private static RoutePlan tenantRoute(
            Statement statement,
            FoldedStatement s,
            Shape shape,
            TenantPlacement home,
            RoutingPolicy policy,
            RouteTrace trace) {
        StatementInfo info = shape.verdict().info();
        String shard = home.shard();
        if (!home.isHome() && policy.placesByTable()) {
            String before = null;
            for (TableName table : shape.analysis().tables()) {
                String own = policy.shardOf(home, table.name());
                if (before != null && !before.equals(own)) {
                    return Refusal.unsupported(info, "one statement over tables on " + before + " and " + own);
                }
                before = own;
            }
            shard = before == null ? shard : before;
        }
        Hints hints = HintReader.read(statement, s);
        if (trace != null) {
            trace.hints(hints);
            trace.reason(home.reason());
        }
        if (hints.shard() != null && !hints.shard().equals(shard)) {
            return Refusal.unsupported(info, "the hint shard=" + hints.shard() + ", where the tenant has no data,");
        }
        return shape.home(shard);
    }
}
