// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.router.CanaryReport;
import com.workersql.router.Footprint;
import com.workersql.router.Hints;
import com.workersql.router.LocalAction;
import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.MultiShardSupport;
import com.workersql.router.NamedEffect;
import com.workersql.router.PermissionClass;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.RouterStats;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.TenantResolver;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.Grammar;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.internal.classify.Classifier;
import com.workersql.router.internal.classify.NamedEffects;
import com.workersql.router.internal.classify.SessionValues;
import com.workersql.router.internal.classify.Verdict;
import com.workersql.router.internal.classify.Verdict.Route;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.plan.ScratchPool.Scratch;
import com.workersql.router.internal.rows.RowGuard;
import com.workersql.router.merge.Merge;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.PolicyDiff;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Plans statements: folds, looks up, analyses on a miss, binds. Safe for any thread. */
public final class Planner {

    /** It is not run, so that nobody lacks a permission for it: whoever asks is to hear of the fault. */
    private static final StatementInfo FAULT = new StatementInfo(
            StatementKind.UNKNOWN, false, PermissionClass.READ, Set.of(SessionEffect.UNKNOWN_STATE), "");

    private final Grammar grammar = new Grammar();
    private final Cache<PlanKey, Shape> shapes;
    private final ScratchPool idle = new ScratchPool();
    private final long seed;
    private final MultiShardSupport support;
    private final boolean localFiles;
    private final TenantResolver resolver;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder unparsable = new LongAdder();
    private final LongAdder disagreements = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final Function<RuntimeException, String> onFault;
    private volatile InForce inForce;
    private volatile Map<String, String> shut = Map.of();

    /** What a caller wants of a plan. */
    public enum Purpose {
        /** To run the statement. */
        EXECUTE,
        /** To prepare it; its values come later. */
        PREPARE
    }

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
        this.localFiles = localFiles;
        this.onFault = onFault;
        this.resolver = resolver;
        this.inForce = InForce.of(policy, resolver);
        this.support = support;
        this.seed = seed;
        this.shapes = Caffeine.newBuilder()
                .maximumWeight(cacheWeightBytes)
                .weigher((PlanKey key, Shape shape) -> key.weightBytes() + shape.weightBytes())
                // Evictions are done by the caller: the router owns no thread.
                .executor(Runnable::run)
                .recordStats()
                .build();
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
                    plan(statement, scratch, inForce, purpose, mayAnalyse, null), statement, scratch.folded);
            if (plan instanceof Refused) {
                refused.increment();
            }
            return plan;
        } catch (RuntimeException e) {
            // A fault of this library must not take down the caller's session; the statement is not run.
            faults.increment();
            refused.increment();
            return new Refused(FAULT, 1105, "HY000", onFault.apply(e));
        } finally {
            idle.put(scratch);
        }
    }

    /**
     * {@return the plan of a statement, with what it was made from}
     *
     * @param statement the statement
     * @param trace takes what the plan is made from
     */
    public RoutePlan explained(Statement statement, RouteTrace trace) {
        Scratch scratch = idle.take();
        try {
            scratch.folded.fold(statement.bytes(), statement.offset(), statement.length(), statement.context());
            return HintStrip.apply(
                    plan(statement, scratch, inForce, Purpose.EXECUTE, true, trace), statement, scratch.folded);
        } finally {
            idle.put(scratch);
        }
    }

    /** Refuses statements on some tables, by name in lower case, with their reasons. */
    public void shut(Map<String, String> tables) {
        shut = Map.copyOf(tables);
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
        for (Shape shape : shapes.asMap().values()) {
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
                    bind(statement, s, shape, now, Purpose.EXECUTE, true, null),
                    bind(statement, s, shape, then, Purpose.EXECUTE, true, null));
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
            scratch.probe.set(scratch.folded, statement.context(), seed);
            return FootprintReader.read(
                    statement, scratch.folded, shapes.getIfPresent(scratch.probe), inForce.policy());
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

    /** {@return the counters now} */
    public RouterStats stats() {
        long weight = shapes.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
        return new RouterStats(
                hits.sum(),
                misses.sum(),
                shapes.stats().evictionCount(),
                weight,
                unparsable.sum(),
                disagreements.sum(),
                refused.sum(),
                faults.sum());
    }

    /** Parses one statement of each usual kind, so that grammar and caches are there when the first client comes. */
    public void warmUp() {
        List<String> statements = List.of(
                "SELECT a, COUNT(*) FROM t AS x JOIN u ON x.id = u.id WHERE x.id = 1 AND b IN (1, 2) GROUP BY a ORDER BY a LIMIT 1",
                "INSERT INTO t (a, b) VALUES (1, 'x') ON DUPLICATE KEY UPDATE b = 'y'",
                "UPDATE t SET a = 1 WHERE id = 2",
                "DELETE FROM t WHERE id = 3",
                "CREATE TABLE t (id BIGINT PRIMARY KEY, a VARCHAR(10))");
        for (ServerFlavor flavor : ServerFlavor.values()) {
            StatementContext context = StatementContext.of(null, flavor, 0);
            FoldedStatement s = new FoldedStatement();
            for (String statement : statements) {
                byte[] bytes = statement.getBytes(StandardCharsets.US_ASCII);
                s.fold(bytes, 0, bytes.length, context);
                Analysis.of(s, Classifier.classify(s).info().kind(), flavor, grammar);
            }
        }
    }

    /** Does what the cache has put off. For tests and statistics. */
    public void settle() {
        shapes.cleanUp();
    }

    private RoutePlan plan(
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
            scratch.probe.set(s, statement.context(), seed);
            Shape shape = shapes.getIfPresent(scratch.probe);
            if (shape != null) {
                hits.increment();
                if (trace != null) {
                    trace.hit();
                }
                return bind(statement, s, shape, now, purpose, mayAnalyse, trace);
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
                return bind(statement, s, new Shape(verdict, names, null), now, purpose, mayAnalyse, trace);
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
                    scratch.probe.set(s, statement.context(), seed);
                    Shape shape = shapes.getIfPresent(scratch.probe);
                    if (shape != null) {
                        hits.increment();
                        if (trace != null) {
                            trace.hit();
                        }
                        return bind(statement, s, shape, now, purpose, mayAnalyse, trace);
                    }
                }
                return mayAnalyse ? analyse(statement, scratch, verdict, now, purpose, trace) : null;
            }
        }
        throw new IllegalStateException("no such route: " + verdict.route());
    }

    private RoutePlan analyse(
            Statement statement, Scratch scratch, Verdict verdict, InForce now, Purpose purpose, RouteTrace trace) {
        Shape shape = analysed(statement, scratch, verdict);
        return bind(statement, scratch.folded, shape, now, purpose, true, trace);
    }

    private Shape analysed(Statement statement, Scratch scratch, Verdict verdict) {
        misses.increment();
        Analysis analysis = Analysis.of(
                scratch.folded, verdict.info().kind(), statement.context().flavor(), grammar);
        if (!analysis.parsed()) {
            unparsable.increment();
        } else if (!analysis.agreed()) {
            disagreements.increment();
        }
        Shape shape = new Shape(verdict, analysis, Sample.of(statement));
        shapes.put(scratch.probe.kept(), shape);
        return shape;
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

    private RoutePlan bind(
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
        if (!shut.isEmpty() && !info.isDdl()) {
            for (TableName table : analysis.tables()) {
                String fault = shut.get(table.name().toLowerCase(Locale.ROOT));
                if (fault != null) {
                    return Refusal.unsupported(
                            info, "table " + table + ", whose key the policy takes for another: " + fault);
                }
            }
        }
        boolean preparing = purpose == Purpose.PREPARE;
        RoutePlan plan = new TableRoute(statement, s, info, analysis, policy, preparing, trace).plan();
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
        scratch.probe.set(folded, own.context(), seed);
        Shape ownShape = shapes.getIfPresent(scratch.probe);
        if (ownShape == null) {
            if (!mayAnalyse) {
                return null;
            }
            ownShape = analysed(own, scratch, Classifier.classify(folded));
        }
        Analysis analysis = ownShape.analysis();
        if (!analysis.parsed() || !analysis.agreed() || analysis.names() != guarded.names()) {
            disagreements.increment();
            return Refusal.unsupported(info, "a statement whose tables could not be told for certain");
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
