// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import com.workersql.router.StatementContext;
import com.workersql.router.policy.HashFunctions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A statement as tokens, with its literals set aside: the folded text is the same for all statements of one shape, and
 * each literal knows the slot of the shape in which it stands. The arrays are kept from one statement to the next, so that
 * nothing is allocated for a statement of usual size. For one thread at a time.
 *
 * <p>A list of literals behind IN is folded to its first, and of the rows behind VALUES one of each shape is kept. What carries
 * meaning for the result's shape or the parser stays as it is: positions in ORDER BY and GROUP BY, NULL, TRUE and FALSE,
 * and every literal of a statement that defines something.
 */
public final class FoldedStatement extends TokenStore {

    /** How deep parentheses and CASE may be nested; deeper text is not handed to the grammar. */
    public static final int MAX_NESTING = 256;

    static final byte LIST = 0x10;
    static final byte ROWS = 0x11;
    private static final int ROW_SHAPES = 16;
    private static final int OUTSIDE = Integer.MIN_VALUE;

    private final Lexer lexer = new Lexer();
    private int listDepth;
    private int listElementToken;
    private int listSeparatorToken;
    private int listRunLiteral;
    private int rowsDepth;
    private boolean rowsOpen;
    private int rowToken;
    private int rowSlot;
    private int rowLiteral;
    private int rowShapes;
    private final int[] shapeStarts = new int[ROW_SHAPES];
    private final int[] shapeEnds = new int[ROW_SHAPES];
    private final int[] shapeSlots = new int[ROW_SHAPES];
    private int rowSeparatorToken;
    private int byDepth;

    /**
     * Reads a statement. Never throws, whatever the bytes are; time is linear in their number.
     *
     * @param bytes holds the text; kept until the next call or {@link #release()}
     * @param offset where the text begins
     * @param length its length
     * @param context how to read it
     */
    public void fold(byte[] bytes, int offset, int length, StatementContext context) {
        read(bytes, offset, length, context, false);
    }

    /**
     * Reads a statement as {@link #fold} does, but keeps every token, so that each place of the text is known.
     *
     * @param bytes holds the text; kept until the next call or {@link #release()}
     * @param offset where the text begins
     * @param length its length
     * @param context how to read it
     */
    public void readAll(byte[] bytes, int offset, int length, StatementContext context) {
        read(bytes, offset, length, context, true);
    }

    /** {@return whether the text is for MariaDB} */
    public boolean isMariaDb() {
        return lexer.isMariaDb();
    }

    private void read(byte[] bytes, int offset, int length, StatementContext context, boolean all) {
        begin(bytes, offset, length);
        lexer.reset(bytes, offset, length, context);
        listDepth = OUTSIDE;
        rowsDepth = OUTSIDE;
        rowsOpen = false;
        byDepth = OUTSIDE;
        int depth = 0;
        int cases = 0;
        int prefixes = 0;
        boolean between = true;
        boolean semicolonInComment = false;
        int begin = offset;
        while (true) {
            int kind = lexer.next();
            if (kind == Token.END) {
                break;
            }
            int code = lexer.code();
            if (kind == Token.MARK && code == ';') {
                if (!between) {
                    statementEnds[statements - 1] = lexer.start();
                    between = true;
                }
                begin = lexer.end();
                // A server begins anew behind the semicolon and knows of no comment there.
                semicolonInComment |= lexer.isInExecutableComment();
                continue;
            }
            if (between) {
                between = false;
                beginStatement(begin);
                if (statements > 1) {
                    append(Token.MARK, ';', lexer.start(), lexer.start(), -1, false);
                    put((byte) ';');
                } else {
                    raw = all || keepsLiterals(kind, code);
                }
            }
            boolean isMark = kind == Token.MARK;
            boolean isWord = kind == Token.WORD && code != 0;
            invalid |= kind == Token.INVALID;
            if (isMark && (code == '(' || code == '{')) {
                depth++;
            } else if (isWord && Word.CASE.is(code)) {
                cases++;
            }
            prefixes = isPrefix(isMark, isWord, code) ? prefixes + 1 : 0;
            tooDeep |= depth + cases > MAX_NESTING || prefixes > MAX_NESTING;
            if (raw) {
                appendRaw(kind, code);
            } else {
                take(kind, code, depth);
            }
            if (isMark && (code == ')' || code == '}')) {
                depth = Math.max(0, depth - 1);
            } else if (isWord && Word.END.is(code)) {
                cases = Math.max(0, cases - 1);
            }
        }
        if (!between) {
            statementEnds[statements - 1] = offset + length;
        }
        doubtful = lexer.isDoubtful() || (semicolonInComment && statements > 1);
        executableComments = lexer.hasExecutableComment();
    }

    private static boolean keepsLiterals(int kind, int code) {
        if (kind != Token.WORD) {
            return false;
        }
        return switch (Word.of(code)) {
            case SELECT,
                    INSERT,
                    REPLACE,
                    UPDATE,
                    DELETE,
                    WITH,
                    VALUES,
                    TABLE,
                    DO,
                    CALL,
                    EXPLAIN,
                    DESCRIBE,
                    DESC,
                    HANDLER -> false;
            default -> true;
        };
    }

    /** What the grammar reads by one level of recursion each, without a parenthesis. */
    private static boolean isPrefix(boolean isMark, boolean isWord, int code) {
        if (isMark) {
            return code == '-' || code == '!' || code == '~' || code == '+' || code == '(';
        }
        return isWord && (Word.NOT.is(code) || Word.EXPLAIN.is(code) || Word.BINARY.is(code));
    }

    private void appendRaw(int kind, int code) {
        if (kind == Token.PARAMETER) {
            literal(kind, false, lexer.start(), lexer.end());
        }
        append(kind, code, lexer.start(), lexer.end(), -1, lexer.spaceBefore());
    }

    private void take(int kind, int code, int depth) {
        if (Token.isValue(kind)) {
            value(kind, depth);
            return;
        }
        boolean closes = kind == Token.MARK && code == ')';
        if (depth == listDepth && (closes || (kind == Token.MARK && code == ','))) {
            endListElement();
        }
        append(kind, code, lexer.start(), lexer.end(), -1, lexer.spaceBefore());
        int token = tokens - 1;
        if (kind == Token.MARK) {
            mark(code, depth, token);
        } else if (kind == Token.WORD && code != 0) {
            word(code, depth);
        }
    }

    private void mark(int code, int depth, int token) {
        if (code == '(') {
            if (token > 0 && isWord(token - 1, Word.IN)) {
                listDepth = depth;
                listElementToken = tokens;
                listRunLiteral = OUTSIDE;
            } else if (rowsOpen && depth == rowsDepth + 1) {
                rowToken = token;
                rowSlot = slots;
                rowLiteral = literals;
            }
        } else if (code == ',') {
            if (depth == listDepth) {
                listSeparatorToken = token;
                listElementToken = tokens;
            } else if (rowsOpen && depth == rowsDepth) {
                rowSeparatorToken = token;
            }
        } else if (code == ')') {
            if (depth == listDepth) {
                listDepth = OUTSIDE;
            }
            if (rowsOpen && depth == rowsDepth + 1) {
                endRow();
            }
            if (depth <= byDepth) {
                byDepth = OUTSIDE;
            }
        }
    }

    private void word(int code, int depth) {
        switch (Word.of(code)) {
            case VALUES, VALUE -> {
                if (rowsDepth == OUTSIDE && (isWord(0, Word.INSERT) || isWord(0, Word.REPLACE))) {
                    rowsDepth = depth;
                    rowsOpen = true;
                    rowShapes = 0;
                    rowToken = OUTSIDE;
                }
            }
            case ON, AS, SELECT, RETURNING -> {
                if (depth == rowsDepth) {
                    rowsOpen = false;
                }
            }
            case BY -> byDepth = depth;
            case LIMIT, HAVING, UNION, EXCEPT, INTERSECT, FOR, LOCK, INTO, WINDOW, WITH -> byDepth = OUTSIDE;
            default -> {}
        }
    }

    /** Whether an integer is the length of a type, as in CAST(a AS DECIMAL(10, 2)). */
    private boolean isTypeLength() {
        if (isMark(tokens - 1, '(')) {
            return isType(tokens - 2);
        }
        return tokens > 3
                && isMark(tokens - 1, ',')
                && kinds[tokens - 2] == Token.INTEGER
                && slotsOfTokens[tokens - 2] < 0
                && isMark(tokens - 3, '(')
                && isType(tokens - 4);
    }

    /** A type's name stands behind AS, RETURNING, the name of a column or, in CONVERT, a comma; CHAR is a function too. */
    private boolean isType(int token) {
        if (token < 1) {
            return false;
        }
        return switch (word(token)) {
            case CHAR, VARCHAR, NCHAR, BINARY, VARBINARY, DECIMAL, NUMERIC, DATETIME, TIME, TIMESTAMP, FLOAT, DOUBLE ->
                isMark(token - 1, ',')
                        || isWord(token - 1, Word.AS)
                        || isWord(token - 1, Word.RETURNING)
                        || (word(token - 1) == Word.OTHER && isName(token - 1));
            default -> false;
        };
    }

    private void value(int kind, int depth) {
        boolean isPosition = byDepth == depth && tokens > 0 && (isWord(tokens - 1, Word.BY) || isMark(tokens - 1, ','));
        if (kind == Token.INTEGER && (isPosition || isTypeLength())) {
            append(kind, 0, lexer.start(), lexer.end(), -1, true);
            return;
        }
        if (kind == Token.STRING
                && tokens > 0
                && kinds[tokens - 1] == Token.STRING
                && slotsOfTokens[tokens - 1] == slots - 1
                && literals > 0) {
            // Strings side by side are one string; its text then spans both, and is not taken for a key.
            ends[tokens - 1] = lexer.end();
            literalEnds[literals - 1] = lexer.end();
            literalKinds[literals - 1] = Token.INVALID;
            return;
        }
        boolean negative = false;
        boolean space = lexer.spaceBefore();
        int start = lexer.start();
        if (kind <= Token.FLOAT && tokens > 0 && isMark(tokens - 1, '-') && isSignPosition(tokens - 2)) {
            tokens--;
            foldedLength = foldedAt[tokens];
            negative = true;
            start = starts[tokens];
        }
        literal(kind, negative, start, lexer.end());
        append(kind, 0, start, lexer.end(), slots, space);
        slots++;
    }

    /** Whether a minus behind the token is a sign and not a subtraction. */
    private boolean isSignPosition(int token) {
        if (token < 0) {
            return true;
        }
        if (kinds[token] == Token.MARK) {
            return codes[token] != ')' && codes[token] != '}' && codes[token] != ']' && codes[token] != '.';
        }
        if (kinds[token] != Token.WORD) {
            return false;
        }
        return switch (Word.of(codes[token])) {
            case AND, OR, XOR, NOT, BETWEEN, WHEN, THEN, ELSE, SELECT, WHERE, LIKE, CASE, RETURN, LIMIT, OFFSET -> true;
            default -> false;
        };
    }

    private void endListElement() {
        int last = tokens - 1;
        boolean bare =
                last == listElementToken && slotsOfTokens[last] >= 0 && literalKinds[literals - 1] == kinds[last];
        if (!bare) {
            listRunLiteral = OUTSIDE;
            return;
        }
        int literal = literals - 1;
        if (listRunLiteral != OUTSIDE && literalKinds[listRunLiteral] == literalKinds[literal]) {
            literalSlots[literal] = literalSlots[listRunLiteral];
            tokens = listSeparatorToken;
            foldedLength = foldedAt[listSeparatorToken];
            slots--;
        } else {
            listRunLiteral = literal;
            put(LIST);
        }
    }

    private void endRow() {
        if (rowToken == OUTSIDE) {
            return;
        }
        int start = foldedAt[rowToken];
        rowToken = OUTSIDE;
        // A blank before the row belongs to the row's place, not to the row.
        if (folded[start] == ' ') {
            start++;
        }
        for (int shape = 0; shape < rowShapes; shape++) {
            if (Arrays.equals(folded, start, foldedLength, folded, shapeStarts[shape], shapeEnds[shape])) {
                for (int i = rowLiteral; i < literals; i++) {
                    literalSlots[i] = literalSlots[i] - rowSlot + shapeSlots[shape];
                }
                slots = rowSlot;
                tokens = rowSeparatorToken;
                foldedLength = foldedAt[rowSeparatorToken];
                return;
            }
        }
        // Of more shapes than are remembered, the last one is.
        rowShapes = Math.min(rowShapes + 1, ROW_SHAPES);
        shapeStarts[rowShapes - 1] = start;
        shapeEnds[rowShapes - 1] = foldedLength;
        shapeSlots[rowShapes - 1] = rowSlot;
        put(ROWS);
    }

    @Override
    public void release() {
        super.release();
        lexer.release();
    }

    /** {@return a hash of the folded text} */
    public long hash(long seed) {
        return HashFunctions.xxh64(folded, 0, foldedLength, seed);
    }

    /**
     * {@return the folded text for people: {@code ?} for a value, {@code ...} for more of them}
     *
     * @param maxChars where it is cut
     * @param hidesStrings whether strings that were left as they are, which may be passwords, are shown as {@code ?} too
     */
    public String fingerprint(int maxChars, boolean hidesStrings) {
        StringBuilder text = new StringBuilder(Math.min(maxChars, foldedLength + 16));
        for (int token = 0; token < tokens && text.length() < maxChars; token++) {
            int from = foldedAt[token];
            int to = token + 1 < tokens ? foldedAt[token + 1] : foldedLength;
            if (slotsOfTokens[token] >= 0 || (hidesStrings && kinds[token] == Token.STRING)) {
                text.append(folded[from] == ' ' ? " ?" : "?");
            } else {
                int end = to > from && folded[to - 1] == ROWS ? to - 1 : to;
                text.append(new String(folded, from, end - from, StandardCharsets.UTF_8));
            }
            if (folded[to - 1] == LIST) {
                text.append(",...");
            } else if (folded[to - 1] == ROWS && isMark(token, ')')) {
                text.append(",...");
            }
        }
        return text.length() > maxChars ? text.substring(0, maxChars) : text.toString();
    }
}
