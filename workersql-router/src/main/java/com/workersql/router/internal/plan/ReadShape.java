// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.classify.Aggregates;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.internal.rewrite.SelectEdit;
import com.workersql.router.merge.Merge;
import java.util.Locale;
import java.util.Set;

/**
 * What has to be done with the rows of several shards so that they are the result that one server would give. Whatever is not
 * known to be harmless is a refusal: a clause that looks at all rows at once cannot be answered shard by shard.
 *
 * @param merge what is to be done; null with a refusal
 * @param edit what changes in the text for that; null or empty where nothing does
 * @param refusal what stands in the way, or null
 */
record ReadShape(Merge merge, SelectEdit edit, String refusal) {

    private static final Set<String> MERGEABLE = Set.of("GROUP BY", "HAVING", "ORDER BY", "LIMIT", "DISTINCT");
    private static final Set<String> MERGED = Set.of("avg", "count", "max", "min", "sum");

    private static final int LONGEST_NAME = 16;

    static ReadShape of(
            Statement statement, FoldedStatement s, StatementInfo info, boolean oneTable, boolean unionAll) {
        for (int token = 0; token < s.tokens(); token++) {
            if (s.isWord(token, Word.INTO) && !s.isMark(token - 1, '.')) {
                return refused("INTO");
            }
        }
        if (!info.readsOnly()) {
            return refused("a statement that may change something");
        }
        if (info.has(SessionEffect.FOUND_ROWS)) {
            return refused("SQL_CALC_FOUND_ROWS");
        }
        if (NonDeterministic.isUsed(s, info)) {
            return refused("a function whose value would differ from shard to shard");
        }
        int aggregates = 0;
        boolean merges = false;
        for (int token = 0; token < s.tokens(); token++) {
            String clause = clause(s, token);
            if (unionAll && "UNION".equals(clause)) {
                continue;
            }
            if (clause != null && !MERGEABLE.contains(clause)) {
                return refused(clause);
            }
            merges |= clause != null;
            if (Aggregates.isCall(s, token)) {
                if (!MERGED.contains(s.text(token).toLowerCase(Locale.ROOT))) {
                    return refused(s.text(token).toUpperCase(Locale.ROOT) + "()");
                }
                aggregates++;
                merges = true;
            }
        }
        if (!merges) {
            return new ReadShape(Merge.CONCATENATION, null, null);
        }
        if (unionAll) {
            return refused("ORDER BY, LIMIT, DISTINCT or aggregates beside UNION ALL");
        }
        MergeReader reader = new MergeReader(statement, s, oneTable);
        Merge merge = reader.read(aggregates);
        SelectEdit edit = reader.edit();
        if (merge != null && !edit.isEmpty() && (isAmbiguous(statement) || edit.addsPlaceholders())) {
            return refused("ORDER BY, LIMIT or aggregates in a text that cannot be changed");
        }
        return merge == null ? refused(reader.refusal()) : new ReadShape(merge, edit, null);
    }

    /** What a server may read as SQL within a comment must not be torn apart; the shards' character set has to be the gateway's. */
    private static boolean isAmbiguous(Statement statement) {
        byte[] bytes = statement.bytes();
        for (int at = statement.offset(); at + 2 < statement.offset() + statement.length(); at++) {
            if (bytes[at] == '/' && bytes[at + 1] == '*' && (bytes[at + 2] == '!' || bytes[at + 2] == 'M')) {
                return true;
            }
        }
        return switch (statement.context().charset()) {
            case UTF8, ASCII_SAFE -> false;
            default -> true;
        };
    }

    private static ReadShape refused(String what) {
        return new ReadShape(null, null, what);
    }

    private static String clause(FoldedStatement s, int token) {
        if (s.isMark(token - 1, '.')) {
            return null;
        }
        return switch (s.word(token)) {
            case GROUP -> s.isWord(token + 1, Word.BY) ? "GROUP BY" : null;
            case ORDER -> s.isWord(token + 1, Word.BY) ? "ORDER BY" : null;
            case LIMIT -> "LIMIT";
            case HAVING -> "HAVING";
            case DISTINCT -> "DISTINCT";
            case UNION, EXCEPT, INTERSECT -> "UNION";
            default -> other(s, token);
        };
    }

    private static String other(FoldedStatement s, int token) {
        int length = s.end(token) - s.start(token);
        if (s.kind(token) != Token.WORD || length > LONGEST_NAME) {
            return null;
        }
        return switch (s.text(token).toUpperCase(Locale.ROOT)) {
            case "DISTINCTROW" -> "DISTINCT";
            case "FETCH" -> "FETCH";
            case "EXAMINED" -> s.spells(token - 1, "ROWS") ? "ROWS EXAMINED" : null;
            case "OFFSET" -> s.isWord(token + 2, Word.ROW) || s.spells(token + 2, "ROWS") ? "OFFSET ... ROWS" : null;
            case "QUALIFY" -> "QUALIFY";
            case "SYSTEM_TIME" -> isTransactionTime(s, token) ? "a transaction's number" : null;
            case "OVER" -> "a window function";
            case "PROCEDURE" -> "PROCEDURE";
            case "ROWNUM" -> "ROWNUM";
            default -> null;
        };
    }

    /** Transactions are numbered by each server. */
    private static boolean isTransactionTime(FoldedStatement s, int systemTime) {
        for (int token = systemTime + 1; token < systemTime + 6; token++) {
            if (s.isWord(token, Word.TRANSACTION)) {
                return true;
            }
        }
        return false;
    }
}
