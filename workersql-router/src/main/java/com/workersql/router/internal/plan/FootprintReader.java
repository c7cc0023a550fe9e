// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.Footprint;
import com.workersql.router.Hints;
import com.workersql.router.Hints.Consistency;
import com.workersql.router.Statement;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableCaching;
import com.workersql.router.policy.TableCaching.Mode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads what a statement touches from its tokens, its analysis and its tables' policies. */
final class FootprintReader {

    private final Statement statement;
    private final FoldedStatement s;
    private final RoutingPolicy policy;

    private FootprintReader(Statement statement, FoldedStatement s, RoutingPolicy policy) {
        this.statement = statement;
        this.s = s;
        this.policy = policy;
    }

    /**
     * {@return the footprint}
     *
     * @param statement the statement
     * @param s its tokens
     * @param shape its analysis; null where it is not known
     * @param policy the tables' policies
     */
    static Footprint read(Statement statement, FoldedStatement s, Shape shape, RoutingPolicy policy) {
        return new FootprintReader(statement, s, policy).read(shape);
    }

    private Footprint read(Shape shape) {
        Hints hints = HintReader.read(statement, s);
        if (shape == null) {
            return new Footprint(hints, null, List.of(), false, false);
        }
        Analysis analysis = shape.analysis();
        List<TableCaching> policies = new ArrayList<>();
        Set<String> tables = new LinkedHashSet<>();
        boolean isComplete = analysis.parsed() && analysis.agreed();
        boolean allHave = isComplete;
        for (TableName table : analysis.tables()) {
            String schema = table.schema() == null ? statement.context().schema() : table.schema();
            tables.add((schema + "." + table.name()).toLowerCase(Locale.ROOT));
            policy.caching(table.name()).ifPresent(policies::add);
        }
        allHave &= !tables.isEmpty() && policies.size() == analysis.tables().size();
        if (!policies.isEmpty() && readsStrongColumn(policies)) {
            hints = hints.withConsistency(Consistency.STRONG, 0);
        }
        TableCaching strictest = allHave ? strictest(policies) : null;
        if (hints.consistency() == Consistency.UNSPECIFIED && strictest != null) {
            hints = switch (strictest.mode()) {
                case STRONG -> hints.withConsistency(Consistency.STRONG, 0);
                case BOUNDED -> hints.withConsistency(Consistency.BOUNDED, strictest.ttlMillis());
                case CACHED -> hints.withConsistency(Consistency.WEAK, 0);
            };
        }
        return new Footprint(
                hints,
                strictest == null || strictest.mode() == Mode.STRONG ? null : strictest,
                List.copyOf(tables),
                isComplete,
                isComplete && !NonDeterministic.isUsed(s, shape.verdict().info()));
    }

    private static TableCaching strictest(List<TableCaching> policies) {
        Mode mode = Mode.CACHED;
        long ttlMillis = Long.MAX_VALUE;
        long swrMillis = Long.MAX_VALUE;
        for (TableCaching each : policies) {
            mode = each.mode().compareTo(mode) < 0 ? each.mode() : mode;
            ttlMillis = Math.min(ttlMillis, each.ttlMillis());
            swrMillis = Math.min(swrMillis, each.swrMillis());
        }
        return new TableCaching(mode, ttlMillis, swrMillis, List.of());
    }

    /**
     * Whether a column is read that must not come from a copy: by its name anywhere in the text, or by a form that reads columns
     * without naming them.
     */
    private boolean readsStrongColumn(List<TableCaching> policies) {
        Set<String> columns = new LinkedHashSet<>();
        policies.forEach(
                each -> each.alwaysStrongColumns().forEach(column -> columns.add(column.toLowerCase(Locale.ROOT))));
        if (columns.isEmpty()) {
            return false;
        }
        for (int token = 0; token < s.tokens(); token++) {
            boolean isNamed = s.isName(token) && columns.contains(s.name(token).toLowerCase(Locale.ROOT));
            if (isNamed
                    || s.isWord(token, Word.NATURAL)
                    || s.isWord(token, Word.TABLE)
                    || (s.isMark(token, '*') && !isOfCount(token))) {
                return true;
            }
        }
        return false;
    }

    /** The star of {@code COUNT(*)} stands for rows; any other one may stand for columns. */
    private boolean isOfCount(int star) {
        return s.isMark(star - 1, '(')
                && s.isMark(star + 1, ')')
                && star >= 2
                && s.kind(star - 2) == Token.WORD
                && s.text(star - 2).equalsIgnoreCase("count");
    }
}
