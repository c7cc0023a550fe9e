// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.KeyFacts;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.KeyFacts.Equality;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.router.policy.TableRule.Keyed;
import java.util.Locale;

/**
 * What most statements by key are: about one table, whose key equals one value. Where those of a shape go is then that value's matter
 * alone, and comes to the same as {@link TableRoute} finds, which answers for all others.
 *
 * @param policy under which
 * @param rule the rule of the table; null where the shape is another
 * @param slot the value's
 */
record OneKey(RoutingPolicy policy, Keyed rule, int slot) {

    /** {@return what a shape is under a policy} */
    static OneKey of(StatementInfo info, Analysis analysis, RoutingPolicy policy) {
        OneKey another = new OneKey(policy, null, -1);
        KeyFacts facts = analysis.facts();
        boolean isPlain = facts.blocker() == null
                && facts.insert() == null
                && facts.set() == null
                && facts.nesting().sources().isEmpty()
                && facts.nesting().queries().isEmpty()
                && facts.spread().nullable().isEmpty()
                && analysis.sequences().isEmpty();
        boolean isOfOneTable = analysis.tables().size() == 1
                && facts.tables().size() == 1
                && facts.tables().get(0).table().equals(analysis.tables().get(0));
        if (!isPlain || !isOfOneTable) {
            return another;
        }
        switch (info.kind()) {
            case SELECT, UPDATE, DELETE -> {
                BlockTable table = facts.tables().get(0);
                TableRule rule = policy.table(table.table().name()).orElse(null);
                boolean isInformation =
                        "information_schema".equalsIgnoreCase(table.table().schema());
                return rule instanceof Keyed keyed && !isInformation
                        ? of(facts, table.alias(), keyed, another)
                        : another;
            }
            default -> {
                return another;
            }
        }
    }

    private static OneKey of(KeyFacts facts, String alias, Keyed rule, OneKey another) {
        boolean saysMore = facts.spread().choices().stream().anyMatch(choice -> isKey(choice.column(), rule))
                || facts.spread().intervals().stream().anyMatch(interval -> isKey(interval.column(), rule))
                || facts.assigned().contains(rule.key().toLowerCase(Locale.ROOT));
        Equality only = null;
        for (Equality equality : facts.equalities()) {
            if (isKey(equality.column(), rule)) {
                boolean isTables = equality.column().qualifier() == null
                        || equality.column().qualifier().equals(alias);
                if (only != null || !isTables) {
                    return another;
                }
                only = equality;
            }
        }
        return only == null || saysMore ? another : new OneKey(another.policy, rule, only.slot());
    }

    private static boolean isKey(Column column, Keyed rule) {
        return rule.key().equalsIgnoreCase(column.name());
    }

    /** {@return the shard of a statement of the shape; null where that takes more than the value} */
    String shard(Statement statement, FoldedStatement s) {
        if (rule == null || HintReader.mayHaveHints(statement, s)) {
            return null;
        }
        int only = -1;
        for (int literal = 0; literal < s.literals(); literal++) {
            if (s.literalSlot(literal) == slot) {
                if (only >= 0) {
                    return null;
                }
                only = literal;
            }
        }
        ParameterValue value = only < 0 ? null : Literals.at(statement, s, only);
        return value == null ? null : policy.shard(rule, value);
    }
}
