// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.Hints;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Broadcast;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.KeyFacts;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.router.policy.TableRule.Keyed;
import com.workersql.router.policy.TenantPlacement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Routes a statement by the rules of the tables that it names. */
final class TableRoute {

    private final Statement statement;
    private final FoldedStatement s;
    private final StatementInfo info;
    private final Analysis analysis;
    private final RoutingPolicy policy;
    private final boolean preparing;
    private final RouteTrace trace;
    private final TenantPlacement home;
    private final Hints hints;
    private final Set<Keyed> keyed = new LinkedHashSet<>();
    private boolean reference;
    private String refusal;
    private String shard;

    TableRoute(
            Statement statement,
            FoldedStatement s,
            StatementInfo info,
            Analysis analysis,
            RoutingPolicy policy,
            boolean preparing,
            RouteTrace trace) {
        this(statement, s, info, analysis, policy, preparing, trace, null);
    }

    /**
     * @param home of a tenant that shares tables with others: for what has no rule; null where there is no tenant
     */
    TableRoute(
            Statement statement,
            FoldedStatement s,
            StatementInfo info,
            Analysis analysis,
            RoutingPolicy policy,
            boolean preparing,
            RouteTrace trace,
            TenantPlacement home) {
        this.home = home;
        this.statement = statement;
        this.s = s;
        this.info = info;
        this.analysis = analysis;
        this.policy = policy;
        this.preparing = preparing;
        this.trace = trace;
        this.hints = HintReader.read(statement, s);
        if (trace != null) {
            trace.hints(hints);
        }
    }

    RoutePlan plan() {
        for (TableName table : analysis.tables()) {
            if (isInformation(table)) {
                continue;
            }
            TableRule rule = policy.table(table.name()).orElse(null);
            boolean everywhere = rule instanceof Keyed || rule instanceof TableRule.Reference;
            if (everywhere && analysis.sequences().contains(table)) {
                return refused("a value of the sequence " + table + ", which is not on one shard");
            }
            if (rule instanceof Keyed key) {
                keyed.add(key);
            } else if (rule instanceof TableRule.Single single) {
                restrict(single.shard());
            } else if (rule instanceof TableRule.Reference) {
                reference = true;
            } else if (home != null) {
                restrict(policy.shardOf(home, table.name()));
            } else {
                return refused("table " + table + ", for which the policy has no rule");
            }
        }
        if (analysis.returnsRows() && reference && writesReference()) {
            return refused("RETURNING of a write to a reference table");
        }
        if (info.kind() == StatementKind.SHOW) {
            if (info.has(SessionEffect.QUERY)) {
                return refused("SHOW with a query");
            }
            // What tables are made of is the same wherever they are.
            keyed.clear();
        }
        if (info.isDdl()) {
            return definition(!keyed.isEmpty() || reference);
        }
        if (reference && writesReference()) {
            return referenceWrite();
        }
        if (info.kind() == StatementKind.LOAD_DATA && (reference || !keyed.isEmpty())) {
            return refused("a file for a table whose rows are on several shards: a file cannot be split");
        }
        KeyValues values = new KeyValues(statement, s, policy, trace);
        if (hints.directs()) {
            String hinted = HintedShard.of(hints, policy, keyed, values);
            if (hinted == null) {
                return refused("the hint " + hints + " here");
            }
            restrict(hinted);
            if (info.kind() == StatementKind.UPDATE) {
                String assigns = block(analysis.facts(), values, true).refusal();
                refusal = refusal == null ? assigns : refusal;
            }
            if (info.kind() != StatementKind.INSERT && info.kind() != StatementKind.REPLACE) {
                // The hint goes before the tables' rules. Where rows are put, their keys have to agree.
                keyed.clear();
            }
        }
        if (!keyed.isEmpty() && refusal == null) {
            RoutePlan several = keys(values);
            if (several != null) {
                return several;
            }
        }
        if (refusal != null) {
            return refused(refusal);
        }
        if (reference && shard == null && info.has(SessionEffect.ROW_LOCK)) {
            return refused("locking rows of a reference table");
        }
        return new SingleShard(info, shard == null ? anyShard() : shard, false);
    }

    private RoutePlan refused(String what) {
        return Refusal.unsupported(info, what);
    }

    private static boolean isInformation(TableName table) {
        return table.schema() != null && table.schema().equalsIgnoreCase("information_schema");
    }

    private String anyShard() {
        String preferred = statement.preferredShard();
        return preferred != null && policy.shards().contains(preferred)
                ? preferred
                : home == null ? policy.shards().get(0) : home.shard();
    }

    private void restrict(String to) {
        if (shard == null || shard.equals(to)) {
            shard = to;
        } else {
            refusal = "one statement over rows of " + shard + " and " + to;
        }
    }

    private RoutePlan definition(boolean everywhere) {
        if (info.kind() == StatementKind.CREATE_TEMPORARY_TABLE || info.kind() == StatementKind.DROP_TEMPORARY_TABLE) {
            return refused("temporary tables without a tenant");
        }
        if (refusal != null || (everywhere && shard != null)) {
            return refused("one definition of tables that are spread in different ways");
        }
        if (shard != null) {
            return new SingleShard(info, shard, false);
        }
        if (!everywhere) {
            return refused("a definition that names no table of the policy");
        }
        return new Broadcast(info, policy.shards());
    }

    private boolean writesReference() {
        return switch (info.kind()) {
            case INSERT, REPLACE -> {
                // Only the first table is written; the others are read.
                List<BlockTable> tables = analysis.facts().tables();
                yield tables.isEmpty()
                        || policy.table(tables.get(0).table().name()).orElse(null) instanceof TableRule.Reference;
            }
            case UPDATE, DELETE -> true;
            default -> false;
        };
    }

    private RoutePlan referenceWrite() {
        if (!keyed.isEmpty() || shard != null || refusal != null) {
            return refused("writing a reference table together with other tables");
        }
        if (hints.directs()) {
            return refused("a hint that would change a reference table on one shard only");
        }
        if (NonDeterministic.isUsed(s, info)) {
            return refused("a write to a reference table whose value would differ from shard to shard");
        }
        return new Broadcast(info, policy.shards());
    }

    /** Finds the one shard of the statement's keys, or says why there is none; a plan where it is for several. */
    private RoutePlan keys(KeyValues values) {
        KeyFacts facts = analysis.facts();
        if (facts.blocker() != null) {
            refusal = facts.blocker();
            return null;
        }
        if (facts.insert() != null) {
            return insert(facts, values);
        }
        if (facts.set() != null) {
            return together(facts.set(), values);
        }
        KeyedBlock block = block(facts, values, preparing);
        if (block.refusal() != null || !block.rules().containsAll(keyed)) {
            refusal = block.refusal() == null ? "a table in a place that is not known" : block.refusal();
            return null;
        }
        Set<String> single = block.single();
        if (single != null) {
            single.forEach(this::restrict);
            return null;
        }
        if (info.kind() == StatementKind.UPDATE || info.kind() == StatementKind.DELETE) {
            SpreadWrite write = new SpreadWrite(s, info, block, policy, analysis.returnsRows());
            return write.plan(shard, preparing);
        }
        if (info.kind() != StatementKind.SELECT || info.has(SessionEffect.ROW_LOCK)) {
            refusal = info.kind() + " of " + block.unbound();
            return null;
        }
        ScatterRead read = new ScatterRead(statement, s, info, block, policy, hints);
        return read.plan(shard, preparing);
    }

    /** Queries joined by UNION, EXCEPT or INTERSECT: all of them on one shard, or, by UNION ALL, each where its rows are. */
    private RoutePlan together(KeyFacts.SetOperation operation, KeyValues values) {
        Set<String> together = new LinkedHashSet<>();
        List<KeyedBlock> blocks = new ArrayList<>();
        Set<Keyed> placed = new LinkedHashSet<>();
        boolean bound = true;
        for (KeyFacts query : operation.queries()) {
            KeyedBlock block = block(query, values, preparing);
            if (block.refusal() != null) {
                refusal = block.refusal();
                return null;
            }
            Set<String> single = block.single();
            bound &= single != null;
            together.addAll(single == null ? Set.of() : single);
            placed.addAll(block.rules());
            blocks.add(block);
        }
        if (!placed.containsAll(keyed)) {
            refusal = "a table in a place that is not known";
            return null;
        }
        if (bound && together.size() <= 1) {
            together.forEach(this::restrict);
            return null;
        }
        if (!operation.isUnionAll() || info.has(SessionEffect.ROW_LOCK) || shard != null) {
            refusal = "UNION, EXCEPT or INTERSECT of rows of several shards";
            return null;
        }
        together.clear();
        for (KeyedBlock block : blocks) {
            Set<String> own = block.several(policy.shards());
            if (own == null) {
                refusal = "UNION ALL with a query of which each shard would give the rows";
                return null;
            }
            together.addAll(own);
        }
        return new ScatterRead(statement, s, info, blocks.get(0), policy, hints).unionAll(together, preparing);
    }

    private KeyedBlock block(KeyFacts query, KeyValues values, boolean prepares) {
        boolean pure = query.nesting().queries().isEmpty() || !NonDeterministic.isUsed(s, info);
        return new KeyedBlock(query, policy, values, prepares, pure);
    }

    private RoutePlan insert(KeyFacts facts, KeyValues values) {
        InsertRoute insert = new InsertRoute(statement, s, info, facts, policy, values);
        RoutePlan plan = insert.plan(preparing);
        if (plan instanceof SingleShard single) {
            restrict(single.shard());
            return refusal == null && single.rewritten() != null ? plan : null;
        }
        if (plan instanceof RoutePlan.Refused || plan instanceof RoutePlan.Local) {
            return plan;
        }
        if (analysis.returnsRows()) {
            return refused("RETURNING of rows of several shards");
        }
        return shard == null ? plan : refused("rows of several shards beside what is on one");
    }
}
