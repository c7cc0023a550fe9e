// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.SessionEffect;
import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.classify.SessionValues;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.TenantPlacement;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * User locks are a server's, not a schema's. A tenant that shares a server gets names of its own: each name is prefixed by a digest of
 * the tenant's name, short because MySQL allows a name 64 characters.
 */
final class LockScope {

    private static final int BYTES = 6;

    private LockScope() {}

    /** {@return whether a plan names locks that have to be told apart} */
    static boolean concerns(RoutePlan plan, Statement statement) {
        return statement.context().tenant() != null && plan.statement().has(SessionEffect.LOCK_NAME_USED);
    }

    /** {@return the plan with the tenant's own names} */
    static RoutePlan apply(RoutePlan plan, Statement statement, TenantPlacement home) {
        if (home.isolation() != Isolation.SCHEMA || plan instanceof RoutePlan.Refused) {
            return plan;
        }
        byte[] text = plan instanceof SingleShard ? text(statement, prefix(home.tenant())) : null;
        if (text == null) {
            return Refusal.unsupported(plan.statement(), "names of user locks in such a statement");
        }
        SingleShard single = (SingleShard) plan;
        FoldedStatement all = new FoldedStatement();
        all.readAll(text, 0, text.length, statement.context());
        int[] values = IntStream.range(0, all.parameters()).toArray();
        return new SingleShard(
                single.statement(),
                single.shard(),
                single.discardConnectionAfterwards(),
                ShardStatement.rewritten(single.shard(), text, values));
    }

    private static byte[] text(Statement statement, String prefix) {
        // Not folded: of rows that are alike, each has its own names.
        FoldedStatement all = new FoldedStatement();
        all.readAll(statement.bytes(), statement.offset(), statement.length(), statement.context());
        return SessionValues.write(all, (SessionFunction function) -> null, prefix);
    }

    private static String prefix(String tenant) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(tenant.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, BYTES) + ":";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
