// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ClientCharset;
import com.workersql.router.Hints;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.analyze.SpreadFacts.Choice;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.rewrite.ListSplit;
import com.workersql.router.policy.KeyPlace;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule.Keyed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plans a SELECT over several shards: which, with what text, and how their rows become one result. */
final class ScatterRead {

    private final Statement statement;
    private final FoldedStatement s;
    private final StatementInfo info;
    private final KeyedBlock block;
    private final RoutingPolicy policy;
    private final Hints hints;

    ScatterRead(
            Statement statement,
            FoldedStatement s,
            StatementInfo info,
            KeyedBlock block,
            RoutingPolicy policy,
            Hints hints) {
        this.statement = statement;
        this.s = s;
        this.info = info;
        this.block = block;
        this.policy = policy;
        this.hints = hints;
    }

    /**
     * {@return the plan, or a refusal}
     *
     * @param only the shard of the tables that are on one, or null
     */
    RoutePlan plan(String only, boolean preparing) {
        Set<String> shards = block.several(policy.shards());
        if (shards == null || only != null) {
            return Refusal.unsupported(info, info.kind() + " of " + block.unbound());
        }
        return plan(shards, preparing, false);
    }

    /**
     * {@return the plan of queries that are joined by UNION ALL, or a refusal}
     *
     * @param shards the shards on which one of them has rows; each shard is asked all of them
     */
    RoutePlan unionAll(Set<String> shards, boolean preparing) {
        return plan(shards, preparing, true);
    }

    private RoutePlan plan(Set<String> shards, boolean preparing, boolean unionAll) {
        if (shards.size() == 1) {
            return new SingleShard(info, shards.iterator().next(), false);
        }
        if (shards.size() == policy.shards().size() && !policy.defaults().scatter() && !hints.scatter()) {
            return Refusal.unsupported(
                    info,
                    info.kind() + " of " + block.unbound() + ", which would go to every shard; /*+ scatter=allow */"
                            + " lets it");
        }
        ReadShape shape = ReadShape.of(statement, s, info, block.isAlone(), unionAll);
        if (shape.refusal() != null) {
            return Refusal.unsupported(info, shape.refusal() + " over several shards");
        }
        if (block.isNested() && !shape.merge().isConcatenation()) {
            return Refusal.unsupported(
                    info, shape.merge().inWords() + " beside a query within the query, over several shards");
        }
        if (preparing) {
            return new SingleShard(info, shards.iterator().next(), false);
        }
        List<String> ordered = policy.shards().stream().filter(shards::contains).toList();
        boolean edited = shape.edit() != null && !shape.edit().isEmpty();
        List<ShardStatement> parts =
                edited ? shape.edit().on(statement, ordered) : unionAll ? asWritten(ordered) : parts(ordered);
        return new MultiShard(info, parts, shape.merge());
    }

    /** Each shard gets the values of its own where the list of keys can be taken apart, and all of them otherwise. */
    private List<ShardStatement> parts(List<String> shards) {
        Choice list = block.list();
        // Values that are sent anew are sent in UTF-8, whatever the session's character set is.
        boolean plain = statement.parameters() == null || statement.context().charset() == ClientCharset.UTF8;
        if (list != null && plain) {
            Keyed rule = block.rule(list.column());
            Map<Integer, String> owners = new HashMap<>();
            KeyValues silent = new KeyValues(statement, s, policy, null);
            for (int literal = 0; literal < s.literals(); literal++) {
                for (int slot : list.slots()) {
                    if (s.literalSlot(literal) == slot) {
                        KeyPlace place = silent.place(rule, Literals.at(statement, s, literal));
                        owners.put(literal, place.shard());
                    }
                }
            }
            List<ShardStatement> split = ListSplit.split(statement, s, owners, shards);
            if (split != null) {
                return split;
            }
        }
        return asWritten(shards);
    }

    private static List<ShardStatement> asWritten(List<String> shards) {
        List<ShardStatement> parts = new ArrayList<>();
        shards.forEach(shard -> parts.add(ShardStatement.asWritten(shard)));
        return parts;
    }
}
