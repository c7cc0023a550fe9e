// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.LocalAction;
import com.workersql.router.PermissionClass;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.classify.Classifier;
import com.workersql.router.internal.classify.Verdict;
import com.workersql.router.internal.classify.Verdict.Route;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.plan.ScratchPool.Scratch;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.TenantPlacement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Where a statement goes by what it is: to the gateway itself, to the shard of its session, to nobody, or to where its tables are. One
 * text with several statements, and one within another, are planned part by part.
 */
final class Routing {
    private final ShapeCache shapes;
    private final Binding binding;
    private final boolean localFiles;

    /**
     * @param localFiles whether clients' files may be loaded
     */
    Routing(ShapeCache shapes, Binding binding, boolean localFiles) {
        this.shapes = shapes;
        this.binding = binding;
        this.localFiles = localFiles;
    }

    /**
     * {@return the plan; null where it would take the grammar and that may not be asked}
     *
     * @param scratch holds the statement, folded
     * @param trace takes what the plan is made from, or null
     */
    RoutePlan plan(
            Statement statement, Scratch scratch, InForce now, Purpose purpose, boolean mayAnalyse, RouteTrace trace) {
        RoutePlan plan = route(statement, scratch, now, purpose, mayAnalyse, trace);
        return plan != null && LockScope.concerns(plan, statement)
                ? LockScope.apply(plan, statement, now.home(statement.context().tenant()))
                : plan;
    }

    private RoutePlan route(
            Statement statement, Scratch scratch, InForce now, Purpose purpose, boolean mayAnalyse, RouteTrace trace) {
        FoldedStatement s = scratch.folded;
        boolean analysable = s.statements() == 1 && !s.isDoubtful() && !s.isTooDeep();
        if (analysable && !s.isRaw()) {
            Shape shape = shapes.hit(scratch, statement.context(), trace);
            if (shape != null) {
                return binding.bind(statement, s, shape, now, purpose, mayAnalyse, trace);
            }
        }
        Verdict verdict = Classifier.classify(s);
        switch (verdict.route()) {
            case SEVERAL -> {
                return several(statement, s, verdict.info(), now, purpose, mayAnalyse, trace);
            }
            case REFUSED -> {
                return refused(statement, s, verdict, now);
            }
            case LOCAL -> {
                return local(statement, verdict, now);
            }
            case SESSION -> {
                return session(statement, verdict.info(), now);
            }
            case NAMES -> {
                Analysis names = Analysis.ofNames(s, verdict.info().kind());
                return binding.bind(statement, s, new Shape(verdict, names, null), now, purpose, mayAnalyse, trace);
            }
            case INNER_TEXT -> {
                return mayAnalyse ? inner(statement, s, verdict, now) : null;
            }
            case ANALYSE -> {
                if (verdict.info().kind() == StatementKind.LOAD_DATA) {
                    if (!localFiles) {
                        return Refusal.localFile(verdict.info());
                    }
                    if (purpose == Purpose.PREPARE) {
                        return Refusal.unpreparable(verdict.info());
                    }
                }
                if (s.isRaw()) {
                    Shape shape = shapes.hit(scratch, statement.context(), trace);
                    if (shape != null) {
                        return binding.bind(statement, s, shape, now, purpose, mayAnalyse, trace);
                    }
                }
                if (!mayAnalyse) {
                    return null;
                }
                Shape shape = shapes.analysed(statement, scratch, verdict);
                return binding.bind(statement, s, shape, now, purpose, true, trace);
            }
        }
        throw new IllegalStateException("no such route: " + verdict.route());
    }

    /** What is forbidden to tenants is left to the server's grants in a session that has no tenant and one shard. */
    private static RoutePlan refused(Statement statement, FoldedStatement s, Verdict verdict, InForce now) {
        boolean plainProxy = statement.context().tenant() == null
                && now.policy().shards().size() == 1
                && (verdict.errno() == 1227 || verdict.errno() == 1235)
                && verdict.info().kind() != StatementKind.MULTIPLE;
        return plainProxy
                ? new SingleShard(
                        verdict.info(),
                        now.policy().shards().get(0),
                        verdict.info().has(SessionEffect.UNKNOWN_STATE) || s.isDoubtful() || s.isTooDeep())
                : new Refused(verdict.info(), verdict.errno(), verdict.sqlState(), verdict.reason());
    }

    private static RoutePlan local(Statement statement, Verdict verdict, InForce now) {
        StatementInfo info = verdict.info();
        String tenant = statement.context().tenant();
        TenantPlacement home = tenant == null ? null : now.home(tenant);
        if (home != null
                && verdict.action() instanceof LocalAction.UseSchema use
                && !use.schema().equals(home.database())
                && !(use.schema().equalsIgnoreCase("information_schema")
                        && statement.context().ownAccount()
                        && home.isolation() != Isolation.ROW)) {
            return Refusal.schema(info, use.schema());
        }
        return new Local(info, verdict.action(), home == null ? anyShard(statement, now) : shardOf(statement, home));
    }

    private static String anyShard(Statement statement, InForce now) {
        String preferred = statement.preferredShard();
        return preferred != null && now.policy().shards().contains(preferred)
                ? preferred
                : now.policy().shards().get(0);
    }

    private static RoutePlan session(Statement statement, StatementInfo info, InForce now) {
        String tenant = statement.context().tenant();
        TenantPlacement home = tenant == null ? null : now.home(tenant);
        if (home != null && home.isolation() == Isolation.ROW && info.kind() == StatementKind.SET_ROLE) {
            return Refusal.unsupported(info, "SET ROLE in tables that tenants share");
        }
        return new SingleShard(info, home == null ? anyShard(statement, now) : shardOf(statement, home), false);
    }

    /** A tenant that shares tables may have rows on any shard; what concerns its session goes where the session is. */
    private static String shardOf(Statement statement, TenantPlacement home) {
        return home.isolation() == Isolation.ROW && statement.preferredShard() != null
                ? statement.preferredShard()
                : home.shard();
    }

    /** Several statements go as one text where each of them goes to the same shard, and one by one elsewhere. */
    private RoutePlan several(
            Statement statement,
            FoldedStatement s,
            StatementInfo info,
            InForce now,
            Purpose purpose,
            boolean mayAnalyse,
            RouteTrace trace) {
        List<Statement> parts = Several.parts(statement, s);
        if (purpose == Purpose.PREPARE || parts.size() > Several.MAX_AS_ONE) {
            return Refusal.unsupported(info, "several statements in one text");
        }
        List<RoutePlan> plans = new ArrayList<>(parts.size());
        Scratch scratch = new Scratch();
        for (Statement part : parts) {
            scratch.folded.fold(part.bytes(), part.offset(), part.length(), part.context());
            RoutePlan plan = plan(part, scratch, now, purpose, mayAnalyse, trace);
            if (plan == null) {
                return null;
            }
            plans.add(plan);
        }
        return Several.together(info, plans);
    }

    /** PREPARE and EXECUTE IMMEDIATE go where their text goes, and may leave what it may leave. */
    private RoutePlan inner(Statement statement, FoldedStatement s, Verdict verdict, InForce now) {
        StatementInfo info = verdict.info();
        StatementContext context = statement.context();
        if (context.tenant() != null && now.home(context.tenant()).isolation() == Isolation.ROW) {
            return Refusal.unsupported(info, info.kind() + " in tables that tenants share");
        }
        String text = Literals.unquoted(s.text(verdict.innerToken()), context.noBackslashEscapes());
        if (text == null) {
            return Refusal.unsupported(info, "a prepared text with other characters or escapes than ASCII's");
        }
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Statement inner = new Statement(context, bytes, 0, bytes.length, null, statement.preferredShard());
        Scratch scratch = new Scratch();
        scratch.folded.fold(bytes, 0, bytes.length, context);
        Verdict innerVerdict = Classifier.classify(scratch.folded);
        if (innerVerdict.route() == Route.SEVERAL
                || innerVerdict.route() == Route.LOCAL
                || innerVerdict.route() == Route.INNER_TEXT
                || innerVerdict.route() == Route.SESSION
                || innerVerdict.info().kind() == StatementKind.LOAD_DATA) {
            return Refusal.unsupported(
                    info, info.kind() + " of " + innerVerdict.info().kind());
        }
        RoutePlan plan = plan(inner, scratch, now, Purpose.EXECUTE, true, null);
        if (plan instanceof Refused no) {
            return new Refused(info, no.errno(), no.sqlState(), no.reason());
        }
        if (!(plan instanceof SingleShard single)) {
            return Refusal.unsupported(info, info.kind() + " of a statement for several shards");
        }
        if (single.rewritten() != null) {
            return Refusal.unsupported(info, info.kind() + " of a statement that names user locks");
        }
        Set<SessionEffect> effects = EnumSet.of(SessionEffect.TEXT_PREPARE);
        effects.addAll(single.statement().effects());
        PermissionClass permission = single.statement().permission().compareTo(PermissionClass.WRITE) > 0
                ? single.statement().permission()
                : PermissionClass.WRITE;
        StatementInfo merged = new StatementInfo(info.kind(), false, permission, effects, info.fingerprint());
        return new SingleShard(merged, single.shard(), single.discardConnectionAfterwards());
    }
}
