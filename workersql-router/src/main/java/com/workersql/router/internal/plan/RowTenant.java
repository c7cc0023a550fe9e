// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Parameters;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.SessionEffect;
import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.internal.rows.RowGuard;
import com.workersql.router.internal.rows.RowScope;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import com.workersql.router.policy.TenantPlacement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A tenant that shares tables with others: what it may say, and its statements with its predicate in them. */
final class RowTenant implements RowScope {

    private final Statement statement;
    private final RoutingPolicy policy;
    private final TenantPlacement home;
    private final String value;

    RowTenant(Statement statement, RoutingPolicy policy, TenantPlacement home) {
        this.statement = statement;
        this.policy = policy;
        this.home = home;
        this.value = policy.tenantColumns().value(home.tenant());
    }

    /** {@return why the statement is refused whatever its tables are, or null} */
    Refused refusal(FoldedStatement s, StatementInfo info, Analysis analysis) {
        Refused foreign = TenantCheck.check(info, analysis, statement.context().withOwnAccount(false), home.database());
        if (foreign != null) {
            return foreign;
        }
        if (!analysis.parsed() || !analysis.agreed()) {
            return Refusal.unsupported(info, "a statement whose tables could not be told for certain");
        }
        if (analysis.filled()) {
            return unproven(info, "a clause that the grammar does not know");
        }
        for (SessionEffect effect : info.effects()) {
            switch (effect) {
                // Bodies that are not known here, and names that all users of the account share.
                case CALL, SEQUENCE, USER_LOCK -> {
                    return unproven(info, effect.name().replace('_', ' '));
                }
                default -> {}
            }
        }
        return switch (info.kind()) {
            case SELECT, VALUES, DO, INSERT, UPDATE, DELETE -> null;
            case SET -> s.isWord(1, Word.STATEMENT) ? unproven(info, "SET STATEMENT") : null;
            case SHOW -> showsOwn(s) ? null : unproven(info, "this SHOW");
            case EXPLAIN -> isQuery(s) ? unproven(info, "EXPLAIN of a statement") : null;
            default -> unproven(info, info.kind().name().replace('_', ' '));
        };
    }

    /** {@return whether the statement names no rows, so that it is sent as it is} */
    static boolean isDescription(StatementKind kind) {
        return kind == StatementKind.SHOW || kind == StatementKind.EXPLAIN;
    }

    /** {@return the statement with the tenant's predicate, or why it cannot be had} */
    RowGuard.Guarded guarded(StatementKind kind) {
        FoldedStatement all = new FoldedStatement();
        all.readAll(statement.bytes(), statement.offset(), statement.length(), statement.context());
        return RowGuard.guard(all, statement.bytes(), kind, this);
    }

    Refused refused(StatementInfo info, RowGuard.Guarded guarded) {
        return guarded.denied() ? Refusal.table(info, guarded.refusal()) : unproven(info, guarded.refusal());
    }

    private static Refused unproven(StatementInfo info, String what) {
        return Refusal.unsupported(info, what + " in tables that tenants share");
    }

    /** {@return a plan of the guarded text as a plan of the client's statement} */
    static RoutePlan of(StatementInfo info, RoutePlan plan, byte[] text, int parameters) {
        int[] all = new int[parameters];
        for (int i = 0; i < parameters; i++) {
            all[i] = i;
        }
        if (plan instanceof SingleShard single) {
            return new SingleShard(info, single.shard(), false, ShardStatement.rewritten(single.shard(), text, all));
        }
        if (plan instanceof RoutePlan.MultiShard several) {
            List<ShardStatement> parts = new ArrayList<>();
            for (ShardStatement part : several.parts()) {
                parts.add(part.sql() == null ? ShardStatement.rewritten(part.shard(), text, all) : part);
            }
            return new RoutePlan.MultiShard(info, parts, several.combination());
        }
        return plan instanceof Refused no
                ? new Refused(info, no.errno(), no.sqlState(), no.reason())
                : unproven(info, "this");
    }

    private static boolean showsOwn(FoldedStatement s) {
        int noun = s.isWord(1, Word.FULL) || s.isWord(1, Word.EXTENDED) ? 2 : 1;
        if (noun >= s.tokens() || isQuery(s)) {
            return false;
        }
        // Not what counts rows, tells of other sessions, or of schemas that the shared account sees.
        return switch (s.text(noun).toUpperCase(Locale.ROOT)) {
            case "TABLES", "COLUMNS", "FIELDS", "VARIABLES", "CHARACTER", "CHARSET", "COLLATION", "ENGINES" -> true;
            default -> false;
        };
    }

    private static boolean isQuery(FoldedStatement s) {
        for (int token = 0; token < s.tokens(); token++) {
            switch (s.word(token)) {
                case SELECT, INSERT, UPDATE, DELETE, REPLACE, TABLE, VALUES, WITH -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }

    @Override
    public String tenantColumn(String table) {
        if (policy.table(table).orElse(null) instanceof TableRule.Reference) {
            return EVERYBODYS;
        }
        return policy.tenantColumns().column(table).orElse(null);
    }

    @Override
    public String literal() {
        return "'" + value + "'";
    }

    @Override
    public boolean isOwn(String literal) {
        String text = literal.startsWith("'") || literal.startsWith("\"")
                ? literal.substring(1, literal.length() - 1)
                : literal;
        return text.equals(value);
    }

    @Override
    public boolean isOwnParameter(int index) {
        Parameters parameters = statement.parameters();
        if (parameters == null) {
            return true;
        }
        if (index >= parameters.count()) {
            return false;
        }
        ParameterValue given = parameters.get(index);
        if (given instanceof ParameterValue.Text text) {
            return text.text().equals(value);
        }
        return given instanceof ParameterValue.SignedInteger number
                && Long.toString(number.value()).equals(value);
    }
}
