// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.CommonTables;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps a statement to the rows of one tenant: adds the tenant's predicate to every table reference of every query block, and
 * the tenant's value to every row that is inserted. It reads tokens, strictly: what it does not know is not proven. The
 * grammar has to have accepted the statement before, and has to accept what becomes of it.
 */
public final class RowGuard {

    /**
     * What became of a statement.
     *
     * @param text the statement with the predicates, or null where it was refused
     * @param names how many names stand for tables in it
     * @param refusal what could not be proven, or the table of which another tenant's row would be written; else null
     * @param denied whether it would write another tenant's row
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on at once; nobody compares two of them.
    public record Guarded(byte[] text, int names, String refusal, boolean denied) {}

    private final FoldedStatement s;
    private final RowScope scope;
    private final Brackets brackets;
    private final CommonTables commonTables;
    private final Insertions insertions;
    private int names;

    private RowGuard(FoldedStatement s, RowScope scope) throws Unproven {
        this.s = s;
        this.scope = scope;
        this.brackets = Brackets.of(s);
        if (brackets == null) {
            throw Unproven.of("parentheses that do not match");
        }
        this.commonTables = CommonTables.of(s, brackets);
        if (commonTables == null) {
            throw Unproven.of("this form of WITH");
        }
        this.insertions = new Insertions(s);
    }

    /**
     * {@return the statement, kept to a tenant's rows, or why it cannot be}
     *
     * @param s all tokens of a statement that the grammar has accepted, as {@link FoldedStatement#readAll} gives them
     * @param source the bytes that they were read from
     * @param kind what the statement is
     * @param scope the tenant's
     */
    public static Guarded guard(FoldedStatement s, byte[] source, StatementKind kind, RowScope scope) {
        try {
            if (s.hasExecutableComment() || s.isInvalid() || s.isDoubtful() || s.isTooDeep() || s.statements() != 1) {
                throw Unproven.of("versioned comments");
            }
            RowGuard guard = new RowGuard(s, scope);
            guard.statement(kind);
            return new Guarded(guard.insertions.applied(source), guard.names, null, false);
        } catch (Unproven e) {
            return new Guarded(null, 0, e.getMessage(), e.isDenied());
        }
    }

    private void statement(StatementKind kind) throws Unproven {
        switch (kind) {
            case SELECT, VALUES, DO, SET -> {}
            case INSERT -> names += new InsertGuard(s, brackets, scope, insertions).guard();
            case UPDATE -> update();
            case DELETE -> delete();
            default -> throw Unproven.of(kind.name().replace('_', ' '));
        }
        for (int token = 0; token < s.tokens(); token++) {
            switch (s.word(token)) {
                case SELECT -> block(token);
                case TABLE -> throw Unproven.of("TABLE");
                default -> {}
            }
        }
    }

    private TableReferences tables() {
        return new TableReferences(s, brackets, commonTables, scope, insertions);
    }

    private void block(int select) throws Unproven {
        int end = brackets.endOfBlock(select);
        int from = brackets.find(select + 1, end, Word.FROM);
        if (from == end) {
            return;
        }
        if (s.isWord(from - 1, Word.DISTINCT)) {
            throw Unproven.of("IS DISTINCT FROM");
        }
        TableReferences tables = tables();
        int behind = tables.read(from + 1, end);
        names += tables.names();
        QueryBlock.restrict(s, brackets, insertions, tables.where(), behind, end);
    }

    private void update() throws Unproven {
        int verb = brackets.find(0, s.tokens(), Word.UPDATE);
        int first = verb + 1;
        while (s.isWord(first, Word.LOW_PRIORITY) || s.isWord(first, Word.IGNORE)) {
            first++;
        }
        TableReferences tables = tables();
        int set = tables.read(first, s.tokens());
        names += tables.names();
        if (!s.isWord(set, Word.SET)) {
            throw Unproven.of("tables that could not be told");
        }
        if (tables.hasEverybodys()) {
            throw Unproven.of("an UPDATE with a table that all tenants share");
        }
        int end = set + 1;
        while (end < s.tokens() && !QueryBlock.isClause(s.word(end))) {
            end = brackets.next(end);
        }
        assigned(tables.columns(), set, end);
        QueryBlock.restrict(s, brackets, insertions, tables.where(), end, s.tokens());
    }

    /** No assignment may give a row to another tenant. */
    private void assigned(Set<String> columns, int set, int end) throws Unproven {
        Assignments.read(s, brackets, set, end, name -> {
            if (columns.contains(s.name(name).toLowerCase(Locale.ROOT))) {
                throw Unproven.of("changing the tenant column " + s.name(name));
            }
        });
    }

    private void delete() throws Unproven {
        int verb = brackets.find(0, s.tokens(), Word.DELETE);
        int first = verb + 1;
        while (s.isWord(first, Word.LOW_PRIORITY) || s.isWord(first, Word.QUICK) || s.isWord(first, Word.IGNORE)) {
            first++;
        }
        int from = brackets.find(first, s.tokens(), Word.FROM);
        int using = brackets.find(first, s.tokens(), Word.USING);
        int where = brackets.find(first, s.tokens(), Word.WHERE);
        boolean byUsing = from == first && using < where && !s.isMark(using + 1, '(');
        TableReferences tables = tables();
        int end = tables.read(byUsing ? using + 1 : from + 1, s.tokens());
        names += tables.names();
        for (int token = from + 1; byUsing && token < using; token++) {
            // Here the grammar takes what is deleted from for tables too.
            names += token == from + 1 || s.isMark(token, ',') ? 1 : 0;
        }
        if (tables.hasEverybodys()) {
            throw Unproven.of("a DELETE with a table that all tenants share");
        }
        QueryBlock.restrict(s, brackets, insertions, tables.where(), end, s.tokens());
    }
}
