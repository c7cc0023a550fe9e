// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.ShardStatement;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.merge.WriteRule;
import com.workersql.router.policy.RoutingPolicy;
import java.util.List;
import java.util.Set;

/** Plans an UPDATE or DELETE over several shards, where the policy allows that: the same text for each, in one transaction. */
final class SpreadWrite {

    private final FoldedStatement s;
    private final StatementInfo info;
    private final KeyedBlock block;
    private final RoutingPolicy policy;
    private final boolean returnsRows;

    SpreadWrite(FoldedStatement s, StatementInfo info, KeyedBlock block, RoutingPolicy policy, boolean returnsRows) {
        this.s = s;
        this.info = info;
        this.block = block;
        this.policy = policy;
        this.returnsRows = returnsRows;
    }

    /**
     * {@return the plan, or a refusal}
     *
     * @param only the shard of the tables that are on one, or null
     */
    RoutePlan plan(String only, boolean preparing) {
        if (!policy.defaults().multiShardWrites()) {
            return refused(" of " + block.unbound());
        }
        Set<String> shards = block.several(policy.shards());
        if (shards == null || only != null) {
            return refused(" of " + block.unbound());
        }
        String obstacle = obstacle();
        if (obstacle != null) {
            return refused(" with " + obstacle + " over several shards");
        }
        List<String> ordered = policy.shards().stream().filter(shards::contains).toList();
        if (preparing || ordered.size() == 1) {
            return new SingleShard(info, ordered.get(0), false);
        }
        return new MultiShard(
                info, ordered.stream().map(ShardStatement::asWritten).toList(), new WriteRule());
    }

    /** {@return what would not come to the same as on one server, or null} */
    private String obstacle() {
        if (returnsRows) {
            return "RETURNING";
        }
        if (NonDeterministic.isUsed(s, info)) {
            return "a value that would differ from shard to shard";
        }
        for (int token = 1; token < s.tokens(); token++) {
            if (s.isMark(token - 1, '.')) {
                continue;
            }
            if (s.isWord(token, Word.LIMIT)) {
                return "LIMIT";
            }
            if (s.isWord(token, Word.ORDER) && s.isWord(token + 1, Word.BY)) {
                return "ORDER BY";
            }
        }
        return null;
    }

    private RoutePlan refused(String what) {
        return Refusal.unsupported(info, info.kind() + what);
    }
}
