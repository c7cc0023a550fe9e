// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.PermissionClass;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.FoldedStatement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Texts of several statements: their parts, and whether these may be sent as the one text that they are. */
final class Several {

    /** More statements than these are run one by one, so that a text of a megabyte is not planned in one go. */
    static final int MAX_AS_ONE = 1_000;

    /** Effects of which the order of the statements decides what is left; the union says nothing then. */
    private static final Set<SessionEffect> ONE_BY_ONE = EnumSet.of(
            SessionEffect.SESSION_VARIABLE,
            SessionEffect.SCHEMA,
            SessionEffect.LOCK_TABLES,
            SessionEffect.UNLOCK_TABLES,
            SessionEffect.TRANSACTION,
            SessionEffect.TEXT_PREPARE,
            SessionEffect.SET_ROLE,
            SessionEffect.XA,
            SessionEffect.UNKNOWN_STATE);

    private Several() {}

    static List<Statement> parts(Statement statement, FoldedStatement s) {
        List<Statement> parts = new ArrayList<>(s.statements());
        for (int i = 0; i < s.statements(); i++) {
            parts.add(new Statement(
                    statement.context(),
                    statement.bytes(),
                    s.statementStart(i),
                    s.statementEnd(i) - s.statementStart(i),
                    null,
                    statement.preferredShard()));
        }
        return parts;
    }

    /** {@return the plan of the text as a whole: one shard for all, the first refusal, or that it cannot be sent as one} */
    static RoutePlan together(StatementInfo info, List<RoutePlan> plans) {
        Set<SessionEffect> effects = EnumSet.noneOf(SessionEffect.class);
        PermissionClass permission = PermissionClass.READ;
        boolean readsOnly = true;
        String shard = null;
        for (RoutePlan plan : plans) {
            if (plan instanceof Refused no) {
                return new Refused(info, no.errno(), no.sqlState(), no.reason());
            }
        }
        for (RoutePlan plan : plans) {
            if (!(plan instanceof SingleShard single)
                    || single.discardConnectionAfterwards()
                    || single.rewritten() != null
                    || (shard != null && !shard.equals(single.shard()))) {
                return oneByOne(info);
            }
            shard = single.shard();
            StatementInfo part = single.statement();
            if (part.kind() == StatementKind.LOAD_DATA) {
                // The shard asks for its file in the middle of its replies: it has to be known which of them that is.
                return oneByOne(info);
            }
            if (part.hasAny(ONE_BY_ONE)) {
                return oneByOne(info);
            }
            effects.addAll(part.effects());
            readsOnly &= part.readsOnly();
            permission = part.permission().compareTo(permission) > 0 ? part.permission() : permission;
        }
        return new SingleShard(
                new StatementInfo(info.kind(), readsOnly, permission, effects, info.fingerprint()), shard, false);
    }

    private static RoutePlan oneByOne(StatementInfo info) {
        return Refusal.unsupported(info, "several statements in one text of which one decides how the next is run");
    }
}
