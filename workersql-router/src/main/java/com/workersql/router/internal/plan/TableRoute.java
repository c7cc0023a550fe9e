// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
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
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Routes a statement of a session without tenant by the rules of the tables that it names. */
final class TableRoute {

    private final Statement statement;
    private final FoldedStatement s;
    private final StatementInfo info;
    private final Analysis analysis;
    private final RoutingPolicy policy;
    private final boolean preparing;
    private String refusal;
    private String shard;

    TableRoute(
            Statement statement,
            FoldedStatement s,
            StatementInfo info,
            Analysis analysis,
            RoutingPolicy policy,
            boolean preparing) {
        this.statement = statement;
        this.s = s;
        this.info = info;
        this.analysis = analysis;
        this.policy = policy;
        this.preparing = preparing;
    }

    RoutePlan plan() {
        Set<TableRule.Hash> hashed = new HashSet<>();
        boolean reference = false;
        for (TableName table : analysis.tables()) {
            if (isInformation(table)) {
                continue;
            }
            TableRule rule = policy.table(table.name()).orElse(null);
            if (rule instanceof TableRule.Hash hash) {
                hashed.add(hash);
            } else if (rule instanceof TableRule.Single single) {
                restrict(single.shard());
            } else if (rule instanceof TableRule.Reference) {
                reference = true;
            } else {
                return Refusal.unsupported(info, "table " + table + ", for which the policy has no rule");
            }
        }
        if (info.isDdl()) {
            return definition(!hashed.isEmpty() || reference);
        }
        if (reference && writesReference()) {
            return referenceWrite(!hashed.isEmpty());
        }
        if (!hashed.isEmpty() && refusal == null) {
            keys();
        }
        if (refusal != null) {
            return Refusal.unsupported(info, refusal);
        }
        if (reference && shard == null && info.has(SessionEffect.ROW_LOCK)) {
            return Refusal.unsupported(info, "locking rows of a reference table");
        }
        return new SingleShard(info, shard == null ? anyShard() : shard, false);
    }

    private static boolean isInformation(TableName table) {
        return table.schema() != null && table.schema().equalsIgnoreCase("information_schema");
    }

    private String anyShard() {
        String preferred = statement.preferredShard();
        return preferred != null && policy.shards().contains(preferred)
                ? preferred
                : policy.shards().get(0);
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
            return Refusal.unsupported(info, "temporary tables without a tenant");
        }
        if (refusal != null || (everywhere && shard != null)) {
            return Refusal.unsupported(info, "one definition of tables that are spread in different ways");
        }
        if (shard != null) {
            return new SingleShard(info, shard, false);
        }
        if (!everywhere) {
            return Refusal.unsupported(info, "a definition that names no table of the policy");
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

    private RoutePlan referenceWrite(boolean hashed) {
        if (hashed || shard != null || refusal != null) {
            return Refusal.unsupported(info, "writing a reference table together with other tables");
        }
        if (NonDeterministic.isUsed(s, info)) {
            return Refusal.unsupported(
                    info, "a write to a reference table whose value would differ from shard to shard");
        }
        return new Broadcast(info, policy.shards());
    }

    private void keys() {
        KeyFacts facts = analysis.facts();
        if (facts.blocker() != null) {
            refusal = facts.blocker();
        } else if (facts.insert() != null) {
            insert(facts);
        } else {
            predicates(facts);
        }
    }

    private void insert(KeyFacts facts) {
        TableName table = facts.insert().table();
        if (!(policy.table(table.name()).orElse(null) instanceof TableRule.Hash rule)) {
            refusal = "an INSERT that reads sharded tables";
            return;
        }
        String key = rule.key().toLowerCase(Locale.ROOT);
        int[] slots = facts.insert().columnSlots().get(key);
        if (slots == null) {
            refusal = facts.insert().columnsKnown()
                    ? "an INSERT into " + table + " without a plain value for its key " + rule.key()
                    : "an INSERT into " + table + " that does not list its columns";
        } else if (facts.assigned().contains(key)) {
            refusal = "changing the key " + rule.key() + " of " + table;
        } else {
            for (int slot : slots) {
                bind(rule, slot);
            }
        }
    }

    private void predicates(KeyFacts facts) {
        Map<String, TableRule.Hash> byAlias = new HashMap<>();
        for (BlockTable table : facts.tables()) {
            if (policy.table(table.table().name()).orElse(null) instanceof TableRule.Hash rule) {
                byAlias.put(table.alias(), rule);
                if (facts.assigned().contains(rule.key().toLowerCase(Locale.ROOT))) {
                    refusal = "changing the key " + rule.key() + " of " + table.table();
                    return;
                }
            }
        }
        boolean alone = facts.tables().size() == 1;
        Set<String> bound = new HashSet<>();
        for (KeyFacts.Equality equality : facts.equalities()) {
            String alias = keyOwner(byAlias, equality.column(), alone);
            // Two values for one key leave no row, or rows of one shard: the first decides, and the shard finds none.
            if (alias != null && bound.add(alias)) {
                bind(byAlias.get(alias), equality.slot());
            }
        }
        boolean grew = true;
        while (grew) {
            grew = false;
            for (KeyFacts.Join join : facts.joins()) {
                grew |= spread(byAlias, bound, join.from(), join.to());
                grew |= join.bothWays() && spread(byAlias, bound, join.to(), join.from());
            }
        }
        for (Map.Entry<String, TableRule.Hash> entry : byAlias.entrySet()) {
            if (!bound.contains(entry.getKey()) && refusal == null) {
                refusal = info.kind() + " of " + entry.getValue().table() + " without its key "
                        + entry.getValue().key() + " equal to one value";
            }
        }
    }

    /** A key that equals a key whose value is known, of a table on the same terms, is on the same shard. */
    private static boolean spread(Map<String, TableRule.Hash> byAlias, Set<String> bound, Column from, Column to) {
        String known = keyOwner(byAlias, from, false);
        String next = keyOwner(byAlias, to, false);
        return known != null
                && next != null
                && bound.contains(known)
                && byAlias.get(known).isColocatedWith(byAlias.get(next))
                && bound.add(next);
    }

    /** {@return the alias of the table of which the column is the key, or null} */
    private static String keyOwner(Map<String, TableRule.Hash> byAlias, Column column, boolean alone) {
        if (column.qualifier() != null) {
            TableRule.Hash rule = byAlias.get(column.qualifier());
            return rule != null && rule.key().equalsIgnoreCase(column.name()) ? column.qualifier() : null;
        }
        if (!alone) {
            return null;
        }
        Map.Entry<String, TableRule.Hash> only = byAlias.entrySet().iterator().next();
        return only.getValue().key().equalsIgnoreCase(column.name()) ? only.getKey() : null;
    }

    private void bind(TableRule.Hash rule, int slot) {
        if (preparing) {
            return;
        }
        for (ParameterValue value : Literals.of(statement, s, slot)) {
            byte[] key = value == null ? null : CanonicalKey.of(rule, value);
            if (key == null) {
                refusal = "a value for the key " + rule.key() + " of " + rule.table() + " that is no plain "
                        + rule.keyType().name().toLowerCase(Locale.ROOT);
                return;
            }
            restrict(policy.slots().owner(rule.hash().slot(key, 0, key.length)));
        }
    }
}
