// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.CommonTables;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the tables behind FROM, UPDATE or USING. The predicate of a table that an outer join may fill up with NULL goes into
 * that join's ON; the others are left to the WHERE. Every token has to be accounted for, else the statement is not proven.
 */
final class TableReferences {

    /** A predicate that the WHERE of the block has to hold. */
    private final List<String> predicates = new ArrayList<>();

    private final Set<String> columns = new HashSet<>();

    private final FoldedStatement s;
    private final Brackets brackets;
    private final CommonTables commonTables;
    private final RowScope scope;
    private final Insertions insertions;
    private int at;
    private int names;
    private boolean everybodys;

    TableReferences(
            FoldedStatement s, Brackets brackets, CommonTables commonTables, RowScope scope, Insertions insertions) {
        this.s = s;
        this.brackets = brackets;
        this.commonTables = commonTables;
        this.scope = scope;
        this.insertions = insertions;
    }

    /** {@return the token behind the tables} */
    int read(int from, int end) throws Unproven {
        at = from;
        list(end, predicates);
        return at;
    }

    /** {@return the predicates for the WHERE, joined by AND; empty where there is none} */
    String where() {
        return String.join(" AND ", predicates);
    }

    /** {@return the tenant columns of the tables, in lower case} */
    Set<String> columns() {
        return columns;
    }

    /** {@return how many names stand for tables, common tables included} */
    int names() {
        return names;
    }

    /** {@return whether a table without tenant column is among them} */
    boolean hasEverybodys() {
        return everybodys;
    }

    private void list(int end, List<String> open) throws Unproven {
        while (true) {
            joined(end, open);
            if (at >= end || !s.isMark(at, ',')) {
                return;
            }
            at++;
        }
    }

    private void joined(int end, List<String> open) throws Unproven {
        List<String> left = new ArrayList<>();
        factor(end, left, false);
        while (at < end) {
            boolean natural = s.isWord(at, Word.NATURAL);
            int side = natural ? at + 1 : at;
            boolean outer = (s.isWord(side, Word.LEFT) || s.isWord(side, Word.RIGHT)) && !s.isMark(side + 1, '(');
            if (outer) {
                outerJoin(end, left, natural, side);
            } else if (natural || isInnerJoin(at)) {
                at = natural ? side : at;
                at += s.isWord(at, Word.INNER) || s.isWord(at, Word.CROSS) ? 2 : 1;
                factor(end, left, false);
                condition(end, List.of());
            } else {
                break;
            }
        }
        open.addAll(left);
    }

    private boolean isInnerJoin(int token) {
        return switch (s.word(token)) {
            case JOIN, STRAIGHT_JOIN -> true;
            case INNER, CROSS -> s.isWord(token + 1, Word.JOIN);
            default -> false;
        };
    }

    private void outerJoin(int end, List<String> left, boolean natural, int side) throws Unproven {
        boolean toTheRight = s.isWord(side, Word.RIGHT);
        at = side + (s.isWord(side + 1, Word.OUTER) ? 2 : 1);
        if (!s.isWord(at, Word.JOIN)) {
            throw Unproven.of("this form of an outer join");
        }
        at++;
        boolean on = !natural && isFollowedByOn(end);
        List<String> right = new ArrayList<>();
        factor(end, right, !on && !toTheRight);
        List<String> nullable = toTheRight ? List.copyOf(left) : right;
        if (!on && !nullable.isEmpty()) {
            throw Unproven.of("an outer join without ON");
        }
        condition(end, nullable);
        if (toTheRight) {
            left.clear();
            left.addAll(right);
        }
    }

    /** Whether ON comes behind the one table of a join, before anything that could take that ON for itself. */
    private boolean isFollowedByOn(int end) throws Unproven {
        for (int token = at; token < end; token = brackets.next(token)) {
            if (s.isWord(token, Word.ON)) {
                return true;
            }
            if (s.isWord(token, Word.JOIN) || s.isWord(token, Word.STRAIGHT_JOIN)) {
                throw Unproven.of("an outer join of joins without parentheses");
            }
            if (s.isWord(token, Word.USING) || s.isMark(token, ',')) {
                return false;
            }
        }
        return false;
    }

    private void condition(int end, List<String> nullable) throws Unproven {
        if (s.isWord(at, Word.USING) && at < end) {
            if (!s.isMark(at + 1, '(')) {
                throw Unproven.of("this form of USING");
            }
            at = brackets.close(at + 1) + 1;
        } else if (s.isWord(at, Word.ON) && at < end) {
            int on = at;
            at = endOfCondition(on + 1, end);
            if (at == on + 1) {
                throw Unproven.of("an ON without a condition");
            }
            if (!nullable.isEmpty()) {
                insertions.behind(on, " " + String.join(" AND ", nullable) + " AND (");
                insertions.behind(at - 1, ")");
            }
        }
    }

    private int endOfCondition(int from, int end) {
        int token = from;
        while (token < end && !s.isMark(token, ',') && !isEnd(token)) {
            token = brackets.next(token);
        }
        return token;
    }

    private boolean isEnd(int token) {
        return switch (s.word(token)) {
            case JOIN, INNER, CROSS, STRAIGHT_JOIN, NATURAL, ON, USING, SET -> true;
            case LEFT, RIGHT -> !s.isMark(token + 1, '(');
            default -> QueryBlock.isClause(s.word(token));
        };
    }

    private void factor(int end, List<String> open, boolean mayBeWrapped) throws Unproven {
        if (at >= end) {
            throw Unproven.of("a missing table");
        }
        if (s.isMark(at, '(')) {
            parenthesis(open);
        } else if (s.isMark(at, '{')) {
            int close = brackets.close(at);
            if (!s.isWord(at + 1, Word.OJ)) {
                throw Unproven.of("this form of braces");
            }
            at += 2;
            list(close, open);
            behind(close);
        } else if (s.isWord(at, Word.LATERAL) && s.isMark(at + 1, '(')) {
            at = brackets.close(at + 1) + 1;
            alias(end);
            columns(end);
        } else {
            table(end, open, mayBeWrapped);
        }
    }

    private void parenthesis(List<String> open) throws Unproven {
        int close = brackets.close(at);
        if (isQuery(at)) {
            at = close + 1;
            alias(s.tokens());
            columns(s.tokens());
            return;
        }
        at++;
        list(close, open);
        behind(close);
    }

    private void behind(int close) throws Unproven {
        if (at != close) {
            throw Unproven.of("tables that could not be told");
        }
        at++;
    }

    /** Whether a parenthesis holds a query, and not tables of which the first is one. */
    private boolean isQuery(int open) {
        switch (s.word(open + 1)) {
            case SELECT, WITH, VALUES -> {
                return true;
            }
            default -> {
                if (!s.isMark(open + 1, '(') || !isQuery(open + 1)) {
                    return false;
                }
                int behind = brackets.close(open + 1) + 1;
                return behind == brackets.close(open)
                        || brackets.isSetOperator(behind)
                        || s.isWord(behind, Word.ORDER)
                        || s.isWord(behind, Word.LIMIT);
            }
        }
    }

    private void table(int end, List<String> open, boolean mayBeWrapped) throws Unproven {
        if (!s.isName(at)) {
            throw Unproven.of("a table that could not be told");
        }
        int name = at;
        int last = at;
        while (s.isMark(last + 1, '.') && s.isName(last + 2)) {
            last += 2;
        }
        at = last + 1;
        if (last - name > 2 || s.isMark(name - 1, '.') || (s.isMark(at, '(') && at < end)) {
            throw Unproven.of("a table that could not be told");
        }
        boolean partition = s.isWord(at, Word.PARTITION) && s.isMark(at + 1, '(');
        if (partition) {
            at = brackets.close(at + 1) + 1;
        }
        int behindTable = at;
        int alias = alias(end);
        int behindAlias = at;
        hints(end);
        String own = s.name(last);
        if (last == name && s.kind(name) == Token.WORD && own.equalsIgnoreCase("dual")) {
            return;
        }
        names++;
        if (last == name && commonTables.isVisible(own, name)) {
            return;
        }
        String column = scope.tenantColumn(own);
        if (column == null) {
            throw Unproven.of("table " + own + ", of which the policy does not say whose its rows are");
        }
        if (column.equals(RowScope.EVERYBODYS)) {
            everybodys = true;
            return;
        }
        columns.add(column.toLowerCase(Locale.ROOT));
        if (!mayBeWrapped) {
            open.add(predicate(s.text(alias >= 0 ? alias : last), column));
        } else if (partition || at != behindAlias) {
            throw Unproven.of("an outer join without ON");
        } else {
            insertions.before(name, "(SELECT * FROM ");
            insertions.behind(
                    behindTable - 1,
                    " WHERE " + predicate(s.text(last), column) + ")" + (alias >= 0 ? "" : " AS " + s.text(last)));
        }
    }

    private String predicate(String qualifier, String column) {
        return qualifier + "." + quoted(column) + " = " + scope.literal();
    }

    static String quoted(String column) {
        return '`' + column.replace("`", "``") + '`';
    }

    /** Passes an alias; gives its token or -1. */
    private int alias(int end) throws Unproven {
        if (at >= end) {
            return -1;
        }
        boolean as = s.isWord(at, Word.AS);
        if (as) {
            at++;
        }
        boolean bare =
                s.kind(at) == Token.QUOTED || (s.kind(at) == Token.WORD && !isEnd(at) && !isHint(at) && !isOther(at));
        if (at >= end || !bare) {
            if (as) {
                throw Unproven.of("this form of an alias");
            }
            return -1;
        }
        return at++;
    }

    private boolean isOther(int token) {
        return s.isWord(token, Word.PARTITION) || s.isWord(token, Word.UNION) || s.isWord(token, Word.AS);
    }

    private void columns(int end) {
        if (at < end && s.isMark(at, '(')) {
            at = brackets.close(at) + 1;
        }
    }

    private boolean isHint(int token) {
        boolean verb = s.isWord(token, Word.USE) || s.isWord(token, Word.FORCE) || s.isWord(token, Word.IGNORE);
        return verb && (s.isWord(token + 1, Word.INDEX) || s.isWord(token + 1, Word.KEY));
    }

    private void hints(int end) throws Unproven {
        while (at < end && isHint(at)) {
            int open = at + 2;
            while (open < end && !s.isMark(open, '(')) {
                open++;
            }
            if (open >= end) {
                throw Unproven.of("this form of an index hint");
            }
            at = brackets.close(open) + 1;
        }
    }
}
