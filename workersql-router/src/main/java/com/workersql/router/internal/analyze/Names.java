// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.CommonTables;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The names of a statement as its tokens show them, without a grammar: those that stand where tables stand, those with
 * points, and the schemas. It is the second opinion to the grammar's, and where no grammar is asked, the only one.
 */
public final class Names {

    /**
     * A name with points.
     *
     * @param first its first part
     * @param second its second part
     * @param parts how many parts it has, {@code *} included
     * @param call whether a parenthesis follows and it is no table
     */
    public record Dotted(String first, String second, int parts, boolean call) {}

    private static final int LEVELS = FoldedStatement.MAX_NESTING * 2 + 2;

    private final FoldedStatement s;
    private final CommonTables commonTables;
    private final GrammarGaps gaps;
    private final Set<TableName> tables = new LinkedHashSet<>();
    private final Set<String> schemas = new LinkedHashSet<>();
    private final List<Dotted> dotted = new ArrayList<>();

    private final boolean[] expectsTable = new boolean[LEVELS];
    private final boolean[] inTableList = new boolean[LEVELS];
    private final boolean[] isQuery = new boolean[LEVELS];
    private final boolean[] isBrace = new boolean[LEVELS];
    private int depth;

    private Names(FoldedStatement s, CommonTables commonTables, GrammarGaps gaps) {
        this.s = s;
        this.gaps = gaps;
        this.commonTables = commonTables;
    }

    /**
     * {@return the names of a statement}
     *
     * @param s the statement, not nested too deep
     * @param kind what it is
     * @param commonTables the names that stand for no tables
     * @param gaps clauses that name no table; null where none are known
     */
    static Names read(FoldedStatement s, StatementKind kind, CommonTables commonTables, GrammarGaps gaps) {
        Names names = new Names(s, commonTables, gaps);
        names.isQuery[0] = true;
        if (kind == StatementKind.SHOW) {
            names.show();
        } else {
            names.statement(kind);
        }
        return names;
    }

    /** {@return the names that stand where a table stands, in the order of their first mention} */
    public Set<TableName> tables() {
        return tables;
    }

    /** {@return the names that stand where only a schema stands} */
    public Set<String> schemas() {
        return schemas;
    }

    /** {@return the names with points that do not stand where a table stands} */
    public List<Dotted> dotted() {
        return dotted;
    }

    /** SHOW names what it shows after FROM, IN or the noun; a second FROM or IN names the schema. */
    private void show() {
        int noun = 1;
        while (noun < s.tokens()
                && (s.isWord(noun, Word.FULL) || s.isWord(noun, Word.EXTENDED) || s.isWord(noun, Word.STORAGE))) {
            noun++;
        }
        boolean ofTable = switch (s.text(Math.min(noun, s.tokens() - 1)).toUpperCase(Locale.ROOT)) {
            case "COLUMNS", "FIELDS", "INDEX", "INDEXES", "KEYS" -> true;
            default -> false;
        };
        boolean create = s.isWord(noun, Word.CREATE);
        for (int token = noun + 1; token < s.tokens(); token++) {
            boolean from = s.isWord(token, Word.FROM) || s.isWord(token, Word.IN);
            if (from && s.isName(token + 1)) {
                int end = endOfName(token + 1);
                if (ofTable) {
                    ofTable = false;
                    addTable(token + 1, end);
                } else {
                    schemas.add(s.name(token + 1));
                    if (end > token + 2) {
                        addDotted(token + 1, end, false);
                    }
                }
                token = end - 1;
            } else if (create && token == noun + 1) {
                boolean schema = s.isWord(token, Word.DATABASE) || s.isWord(token, Word.SCHEMA);
                int name = token + 1;
                while (s.isWord(name, Word.IF) || s.isWord(name, Word.NOT) || s.isWord(name, Word.EXISTS)) {
                    name++;
                }
                if (s.isName(name)) {
                    int end = endOfName(name);
                    if (schema) {
                        schemas.add(s.name(name));
                    } else {
                        addTable(name, end);
                    }
                    token = end - 1;
                }
            } else if (s.isName(token) && s.isMark(token + 1, '.')) {
                int end = endOfName(token);
                addDotted(token, end, false);
                token = end - 1;
            }
        }
    }

    private void statement(StatementKind kind) {
        int token = 0;
        while (token < s.tokens()) {
            int mark = s.mark(token);
            if (gaps != null && gaps.isLeftOut(token)) {
                token++;
            } else if (mark == '(' || mark == '{') {
                open(mark == '{');
                token++;
            } else if (mark == ')' || mark == '}') {
                depth = Math.max(0, depth - 1);
                token++;
            } else if (mark == ',') {
                expectsTable[depth] = inTableList[depth];
                token++;
            } else if (mark == '.' && s.isName(token + 1)) {
                // A point without a schema before it means the current one.
                token = s.kind(token - 1) == Token.SYSTEM_VARIABLE ? token + 2 : name(token + 1, kind);
            } else if (s.isName(token)) {
                token = s.kind(token) == Token.WORD && keyword(token, kind) ? token + 1 : name(token, kind);
            } else {
                if (s.kind(token) == Token.MARK) {
                    expectsTable[depth] = false;
                }
                token++;
            }
        }
    }

    private void open(boolean brace) {
        boolean expected = expectsTable[depth];
        boolean list = inTableList[depth];
        expectsTable[depth] = false;
        depth = Math.min(depth + 1, LEVELS - 1);
        expectsTable[depth] = expected;
        inTableList[depth] = expected && list;
        isQuery[depth] = false;
        isBrace[depth] = brace && expected;
    }

    /** Takes a keyword for what it says of the names that follow; false where the word is a name itself. */
    private boolean keyword(int token, StatementKind kind) {
        if (s.isMark(token + 1, '.')) {
            return false;
        }
        switch (s.word(token)) {
            case SELECT, VALUES -> {
                isQuery[depth] = true;
                expect(false, false);
            }
            case FROM -> {
                if (isQuery[depth] && !s.isWord(token - 1, Word.DISTINCT)) {
                    expect(true, true);
                }
            }
            case JOIN -> expectsTable[depth] = true;
            case STRAIGHT_JOIN -> expectsTable[depth] |= inTableList[depth];
            case WHERE, GROUP, ORDER, HAVING, LIMIT, WINDOW, UNION, EXCEPT, INTERSECT, FOR, RETURNING, BY ->
                expect(false, false);
            case SET -> {
                if (kind == StatementKind.SET && token == 0) {
                    isQuery[0] = false;
                }
                expect(false, false);
            }
            case ON -> {
                if (kind == StatementKind.CREATE_INDEX
                        || kind == StatementKind.DROP_INDEX
                        || kind == StatementKind.CREATE_TRIGGER) {
                    expect(true, false);
                } else {
                    expectsTable[depth] = false;
                }
            }
            case USING -> {
                boolean deletes = kind == StatementKind.DELETE && depth == 0 && !s.isMark(token + 1, '(');
                expect(deletes, deletes || inTableList[depth]);
            }
            case INTO -> {
                return true;
            }
            case INSERT, REPLACE -> {
                if (s.isMark(token + 1, '(') || (token > 0 && depth > 0) || s.isWord(token - 1, Word.OR)) {
                    return true;
                }
                expect(true, false);
            }
            case UPDATE -> {
                boolean target = !s.isWord(token - 1, Word.KEY)
                        && !s.isWord(token - 1, Word.FOR)
                        && !s.isWord(token - 1, Word.ON);
                if (target) {
                    expect(true, true);
                }
            }
            case DELETE -> {
                if (!s.isWord(token - 1, Word.ON)) {
                    expect(true, true);
                    isQuery[depth] = true;
                }
            }
            case TABLE, TABLES, VIEW, SEQUENCE -> expect(true, isListOfTables(kind));
            case REFERENCES -> expect(true, false);
            case LIKE -> {
                if (kind == StatementKind.CREATE_TABLE || kind == StatementKind.CREATE_TEMPORARY_TABLE) {
                    expect(true, false);
                }
            }
            case TO -> {
                if (kind == StatementKind.RENAME_TABLE || kind == StatementKind.ALTER_TABLE) {
                    expect(true, kind == StatementKind.RENAME_TABLE);
                }
            }
            case TRUNCATE -> expect(kind == StatementKind.TRUNCATE && token == 0, false);
            case HANDLER -> expect(token == 0, false);
            // DESCRIBE table [column]; in front of a statement there is more.
            case EXPLAIN, DESCRIBE, DESC -> expect(token == 0 && s.isName(1) && endOfName(1) >= s.tokens() - 1, false);
            case DATABASE, SCHEMA -> {
                if (kind == StatementKind.CREATE_DATABASE
                        || kind == StatementKind.DROP_DATABASE
                        || kind == StatementKind.ALTER_DATABASE) {
                    schema(token + 1);
                } else {
                    return !expectsTable[depth];
                }
            }
            case LOW_PRIORITY,
                    HIGH_PRIORITY,
                    DELAYED,
                    QUICK,
                    IGNORE,
                    LATERAL,
                    IF,
                    NOT,
                    EXISTS,
                    EXTENDED,
                    LOCAL,
                    WITH -> {
                return true;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Whether commas behind TABLE, VIEW or SEQUENCE stand between tables, and not between definitions or changes. */
    private static boolean isListOfTables(StatementKind kind) {
        return switch (kind) {
            case CREATE_TABLE, ALTER_TABLE, LOAD_DATA -> false;
            default -> true;
        };
    }

    private void schema(int from) {
        int token = from;
        while (s.isWord(token, Word.IF) || s.isWord(token, Word.NOT) || s.isWord(token, Word.EXISTS)) {
            token++;
        }
        if (s.isName(token)) {
            schemas.add(s.name(token));
        }
    }

    private void expect(boolean table, boolean list) {
        expectsTable[depth] = table;
        inTableList[depth] = list;
    }

    private int name(int first, StatementKind kind) {
        int end = endOfName(first);
        if (isBrace[depth]) {
            // {oj table}: the word behind the brace is no table, whatever it is.
            isBrace[depth] = false;
            return end;
        }
        boolean inserts = kind == StatementKind.INSERT || kind == StatementKind.REPLACE || kind.isDdl();
        boolean call = s.isMark(end, '(') && !(expectsTable[depth] && (inserts || !inTableList[depth]));
        if (expectsTable[depth] && !call) {
            addTable(first, end);
        } else if (end > first + 1) {
            addDotted(first, end, call);
        }
        if (s.kind(first - 1) != Token.WORD || !s.isWord(first - 1, Word.LATERAL)) {
            expectsTable[depth] = false;
        }
        return end;
    }

    private int endOfName(int first) {
        int end = first + 1;
        while (s.isMark(end, '.') && (s.isName(end + 1) || s.isMark(end + 1, '*'))) {
            end += 2;
        }
        return end;
    }

    private void addTable(int first, int end) {
        int parts = (end - first + 1) / 2;
        if (parts == 1) {
            String name = s.name(first);
            boolean dual = s.kind(first) == Token.WORD && name.equalsIgnoreCase("dual");
            if (!dual && !commonTables.isVisible(name, first)) {
                tables.add(new TableName(null, name));
            }
        } else if (parts == 2 && !s.isMark(end - 1, '*')) {
            tables.add(new TableName(s.name(first), s.name(first + 2)));
        } else if (parts == 2) {
            // DELETE t.* FROM t: the table is named by its alias.
            tables.add(new TableName(null, s.name(first)));
        } else if (s.isMark(end - 1, '*')) {
            tables.add(new TableName(s.name(first), s.name(first + 2)));
        } else {
            addDotted(first, end, false);
        }
    }

    private void addDotted(int first, int end, boolean call) {
        String second = s.isMark(first + 2, '*') ? "*" : s.name(first + 2);
        dotted.add(new Dotted(s.name(first), second, (end - first + 1) / 2, call));
    }
}
