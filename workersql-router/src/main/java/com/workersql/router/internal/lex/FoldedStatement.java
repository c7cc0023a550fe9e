// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import com.workersql.router.StatementContext;
import com.workersql.router.policy.HashFunctions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A statement as tokens, with its literals set aside: the folded text is the same for all statements of one shape, and
 * each literal knows the slot of the shape in which it stands. The arrays are kept from one statement to the next, so that
 * nothing is allocated for a statement of usual size. For one thread at a time.
 *
 * <p>A list of literals behind IN is folded to its first, and so is every run of equal rows behind VALUES. What carries
 * meaning for the result's shape or the parser stays as it is: positions in ORDER BY and GROUP BY, NULL, TRUE and FALSE,
 * and every literal of a statement that defines something.
 */
public final class FoldedStatement {

    /** How deep parentheses and CASE may be nested; deeper text is not handed to the grammar. */
    public static final int MAX_NESTING = 256;

    static final byte LIST = 0x10;
    static final byte ROWS = 0x11;
    private static final int KEPT_ENTRIES = 1 << 14;
    private static final int INITIAL_ENTRIES = 256;
    private static final int OUTSIDE = Integer.MIN_VALUE;

    private final Lexer lexer = new Lexer();
    private byte[] source;
    private int sourceOffset;
    private int sourceLength;
    private byte[] folded = new byte[1024];
    private int foldedLength;

    private int tokens;
    private byte[] kinds = new byte[INITIAL_ENTRIES];
    private int[] codes = new int[INITIAL_ENTRIES];
    private int[] starts = new int[INITIAL_ENTRIES];
    private int[] ends = new int[INITIAL_ENTRIES];
    private int[] slotsOfTokens = new int[INITIAL_ENTRIES];
    private int[] foldedAt = new int[INITIAL_ENTRIES];

    private int slots;
    private int literals;
    private int[] literalStarts = new int[INITIAL_ENTRIES];
    private int[] literalEnds = new int[INITIAL_ENTRIES];
    private int[] literalSlots = new int[INITIAL_ENTRIES];
    private byte[] literalKinds = new byte[INITIAL_ENTRIES];
    private boolean[] literalNegative = new boolean[INITIAL_ENTRIES];
    private int parameters;
    private int[] literalParameters = new int[INITIAL_ENTRIES];

    private boolean invalid;
    private boolean doubtful;
    private boolean tooDeep;
    private int statements;
    private int[] statementStarts = new int[8];
    private int[] statementEnds = new int[8];
    private boolean executableComments;
    private boolean raw;

    private int listDepth;
    private int listElementToken;
    private int listSeparatorToken;
    private int listRunLiteral;
    private int rowsDepth;
    private boolean rowsOpen;
    private int rowToken;
    private int rowSlot;
    private int rowLiteral;
    private int runToken;
    private int runFoldedStart;
    private int runFoldedEnd;
    private int runSlot;
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

    private void read(byte[] bytes, int offset, int length, StatementContext context, boolean all) {
        source = bytes;
        sourceOffset = offset;
        sourceLength = length;
        lexer.reset(bytes, offset, length, context);
        foldedLength = 0;
        tokens = 0;
        slots = 0;
        literals = 0;
        parameters = 0;
        invalid = false;
        tooDeep = false;
        statements = 0;
        raw = false;
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

    private void beginStatement(int at) {
        if (statements == statementStarts.length) {
            statementStarts = Arrays.copyOf(statementStarts, statements * 2);
            statementEnds = Arrays.copyOf(statementEnds, statements * 2);
        }
        statementStarts[statements++] = at;
    }

    /** Lets go of the statement's bytes, and of arrays that a huge statement made grow. */
    public void release() {
        source = null;
        lexer.release();
        if (kinds.length > KEPT_ENTRIES) {
            kinds = new byte[INITIAL_ENTRIES];
            codes = new int[INITIAL_ENTRIES];
            starts = new int[INITIAL_ENTRIES];
            ends = new int[INITIAL_ENTRIES];
            slotsOfTokens = new int[INITIAL_ENTRIES];
            foldedAt = new int[INITIAL_ENTRIES];
        }
        if (literalKinds.length > KEPT_ENTRIES) {
            literalStarts = new int[INITIAL_ENTRIES];
            literalEnds = new int[INITIAL_ENTRIES];
            literalSlots = new int[INITIAL_ENTRIES];
            literalKinds = new byte[INITIAL_ENTRIES];
            literalNegative = new boolean[INITIAL_ENTRIES];
            literalParameters = new int[INITIAL_ENTRIES];
        }
        if (statementStarts.length > KEPT_ENTRIES) {
            statementStarts = new int[8];
            statementEnds = new int[8];
        }
        if (folded.length > KEPT_ENTRIES * 4) {
            folded = new byte[1024];
        }
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
            literal(kind, false, lexer.start());
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
                    runToken = OUTSIDE;
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
        literal(kind, negative, start);
        append(kind, 0, start, lexer.end(), slots, space);
        slots++;
    }

    private void literal(int kind, boolean negative, int start) {
        if (literals == literalKinds.length) {
            int size = literals * 2;
            literalStarts = Arrays.copyOf(literalStarts, size);
            literalEnds = Arrays.copyOf(literalEnds, size);
            literalSlots = Arrays.copyOf(literalSlots, size);
            literalKinds = Arrays.copyOf(literalKinds, size);
            literalNegative = Arrays.copyOf(literalNegative, size);
            literalParameters = Arrays.copyOf(literalParameters, size);
        }
        literalStarts[literals] = start;
        literalEnds[literals] = lexer.end();
        literalSlots[literals] = slots;
        literalKinds[literals] = (byte) kind;
        literalNegative[literals] = negative;
        literalParameters[literals] = kind == Token.PARAMETER ? parameters++ : -1;
        literals++;
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
        int first = rowToken;
        if (first == OUTSIDE) {
            return;
        }
        int start = foldedAt[first];
        // A blank before the row belongs to the row's place, not to the row.
        if (folded[start] == ' ') {
            start++;
        }
        if (runToken != OUTSIDE && Arrays.equals(folded, start, foldedLength, folded, runFoldedStart, runFoldedEnd)) {
            for (int i = rowLiteral; i < literals; i++) {
                literalSlots[i] = literalSlots[i] - rowSlot + runSlot;
            }
            slots = rowSlot;
            tokens = rowSeparatorToken;
            foldedLength = foldedAt[rowSeparatorToken];
        } else {
            runToken = first;
            runFoldedStart = start;
            runFoldedEnd = foldedLength;
            runSlot = rowSlot;
            put(ROWS);
        }
        rowToken = OUTSIDE;
    }

    private void append(int kind, int code, int start, int end, int slot, boolean space) {
        if (tokens == kinds.length) {
            int size = tokens * 2;
            kinds = Arrays.copyOf(kinds, size);
            codes = Arrays.copyOf(codes, size);
            starts = Arrays.copyOf(starts, size);
            ends = Arrays.copyOf(ends, size);
            slotsOfTokens = Arrays.copyOf(slotsOfTokens, size);
            foldedAt = Arrays.copyOf(foldedAt, size);
        }
        int token = tokens++;
        kinds[token] = (byte) kind;
        codes[token] = code;
        starts[token] = start;
        ends[token] = end;
        slotsOfTokens[token] = slot;
        foldedAt[token] = foldedLength;
        if (token > 0 && needsBlank(token, space)) {
            put((byte) ' ');
        }
        if (slot >= 0) {
            put((byte) (kind - Token.INTEGER + 1));
            return;
        }
        int length = end - start;
        if (foldedLength + length + 2 > folded.length) {
            folded = Arrays.copyOf(folded, Math.max(folded.length * 2, foldedLength + length + 2));
        }
        byte[] from = source;
        byte[] to = folded;
        int at = foldedLength;
        if (length <= 16) {
            for (int i = start; i < end; i++) {
                to[at++] = from[i];
            }
        } else {
            System.arraycopy(from, start, to, at, length);
            at += length;
        }
        foldedLength = at;
    }

    private void put(byte value) {
        if (foldedLength == folded.length) {
            folded = Arrays.copyOf(folded, folded.length * 2);
        }
        folded[foldedLength++] = value;
    }

    /**
     * Blanks say nothing except between two words, between two marks that would be one without, and before a parenthesis,
     * where a function's name is none if a blank follows it. The one behind a parenthesis is for the reader.
     */
    private boolean needsBlank(int token, boolean space) {
        boolean wordBefore = kinds[token - 1] != Token.MARK;
        boolean word = kinds[token] != Token.MARK;
        if (wordBefore && word) {
            return space || kinds[token] == Token.WORD || kinds[token] == Token.QUOTED;
        }
        if (!wordBefore && !word) {
            return space && codes[token] > ' ' && codes[token] != ')' && codes[token] != '(' && codes[token] != ',';
        }
        return wordBefore ? space && codes[token] == '(' : codes[token - 1] == ')';
    }

    /** {@return where the text begins in its array} */
    public int offset() {
        return sourceOffset;
    }

    /** {@return the length of the text} */
    public int length() {
        return sourceLength;
    }

    /** {@return the number of tokens} */
    public int tokens() {
        return tokens;
    }

    /** {@return the kind of a token, one of {@link Token}} */
    public int kind(int token) {
        return token >= 0 && token < tokens ? kinds[token] : Token.END;
    }

    /** {@return the word of a token, {@link Word#OTHER} for a token that is none} */
    public Word word(int token) {
        return token >= 0 && token < tokens && kinds[token] == Token.WORD ? Word.of(codes[token]) : Word.OTHER;
    }

    /** {@return whether a token is the given word} */
    public boolean isWord(int token, Word word) {
        return token >= 0 && token < tokens && kinds[token] == Token.WORD && word.is(codes[token]);
    }

    /** {@return whether a token is the given mark} */
    public boolean isMark(int token, int code) {
        return token >= 0 && token < tokens && kinds[token] == Token.MARK && codes[token] == code;
    }

    /** {@return whether a token is a name, with quotes or without} */
    public boolean isName(int token) {
        int kind = kind(token);
        return kind == Token.WORD || kind == Token.QUOTED;
    }

    /** {@return the code of a mark} */
    public int mark(int token) {
        return kind(token) == Token.MARK ? codes[token] : 0;
    }

    /** {@return whether the folded text has a blank before a token} */
    public boolean hasBlankBefore(int token) {
        return folded[foldedAt[token]] == ' ';
    }

    /** {@return where a token begins in the source} */
    public int start(int token) {
        return starts[token];
    }

    /** {@return where a token ends in the source} */
    public int end(int token) {
        return ends[token];
    }

    /** {@return the slot of a literal's token, or -1} */
    public int slot(int token) {
        return token >= 0 && token < tokens ? slotsOfTokens[token] : -1;
    }

    /** {@return a token's text as written} */
    public String text(int token) {
        return text(starts[token], ends[token]);
    }

    /** {@return the text between two places of the source} */
    public String text(int from, int to) {
        return new String(source, from, to - from, StandardCharsets.UTF_8);
    }

    /** Copies the bytes between two places of the source. */
    public void copy(int from, int to, ByteArrayOutputStream out) {
        out.write(source, from, to - from);
    }

    /** {@return a name without its quotes, or a user variable without its sign and quotes} */
    public String name(int token) {
        int from = starts[token];
        int to = ends[token];
        if (kinds[token] == Token.USER_VARIABLE) {
            from++;
        }
        if (to - from >= 2 && (source[from] == '`' || source[from] == '"' || source[from] == '\'')) {
            byte quote = source[from];
            String inner = text(from + 1, to - 1);
            String one = String.valueOf((char) quote);
            return inner.contains(one) ? inner.replace(one + one, one) : inner;
        }
        return text(from, to);
    }

    /** {@return the number of literals and placeholders} */
    public int literals() {
        return literals;
    }

    /** {@return the slot in which a literal stands} */
    public int literalSlot(int literal) {
        return literalSlots[literal];
    }

    /** {@return a literal's kind; {@link Token#INVALID} where it is made of several} */
    public int literalKind(int literal) {
        return literalKinds[literal];
    }

    /** {@return whether a minus sign stands before a number} */
    public boolean literalNegative(int literal) {
        return literalNegative[literal];
    }

    /** {@return a placeholder's position among the placeholders, or -1} */
    public int literalParameter(int literal) {
        return literalParameters[literal];
    }

    /** {@return a literal's text as written, with its sign} */
    public String literalText(int literal) {
        return text(literalStarts[literal], literalEnds[literal]);
    }

    /** {@return where a literal begins in the source, with its sign} */
    public int literalStart(int literal) {
        return literalStarts[literal];
    }

    /** {@return where a literal ends in the source} */
    public int literalEnd(int literal) {
        return literalEnds[literal];
    }

    /** {@return how many placeholders there are} */
    public int parameters() {
        return parameters;
    }

    /** {@return how many statements the text holds} */
    public int statements() {
        return statements;
    }

    /** {@return where a statement of the text begins in the source: behind a semicolon, or with the text} */
    public int statementStart(int statement) {
        return statementStarts[statement];
    }

    /** {@return where a statement of the text ends in the source: at its semicolon, or with the text} */
    public int statementEnd(int statement) {
        return statementEnds[statement];
    }

    /** {@return whether a part of the text stands in a comment that the server runs} */
    public boolean hasExecutableComment() {
        return executableComments;
    }

    /** {@return whether bytes were met that are no SQL} */
    public boolean isInvalid() {
        return invalid;
    }

    /** {@return whether a comment was met that servers may read in more than one way} */
    public boolean isDoubtful() {
        return doubtful;
    }

    /** {@return whether it is nested deeper than {@link #MAX_NESTING}} */
    public boolean isTooDeep() {
        return tooDeep;
    }

    /** {@return whether literals were left as they are} */
    public boolean isRaw() {
        return raw;
    }

    /** {@return the array that begins with the folded text; changes with the next statement} */
    public byte[] folded() {
        return folded;
    }

    /** {@return the length of the folded text} */
    public int foldedLength() {
        return foldedLength;
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
