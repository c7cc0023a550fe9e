// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What was read of a statement: tokens and literals by their numbers, kept in arrays, which last from one statement to the next,
 * so that nothing is allocated for a statement of usual size.
 */
abstract class TokenStore {

    private static final int KEPT_ENTRIES = 1 << 14;
    private static final int INITIAL_ENTRIES = 256;

    byte[] source;
    int sourceOffset;
    int sourceLength;
    byte[] folded = new byte[1024];
    int foldedLength;

    int tokens;
    byte[] kinds = new byte[INITIAL_ENTRIES];
    int[] codes = new int[INITIAL_ENTRIES];
    int[] starts = new int[INITIAL_ENTRIES];
    int[] ends = new int[INITIAL_ENTRIES];
    int[] slotsOfTokens = new int[INITIAL_ENTRIES];
    int[] foldedAt = new int[INITIAL_ENTRIES];

    int slots;
    int literals;
    int[] literalStarts = new int[INITIAL_ENTRIES];
    int[] literalEnds = new int[INITIAL_ENTRIES];
    int[] literalSlots = new int[INITIAL_ENTRIES];
    byte[] literalKinds = new byte[INITIAL_ENTRIES];
    boolean[] literalNegative = new boolean[INITIAL_ENTRIES];
    int parameters;
    int[] literalParameters = new int[INITIAL_ENTRIES];

    boolean invalid;
    boolean doubtful;
    boolean tooDeep;
    int statements;
    int[] statementStarts = new int[8];
    int[] statementEnds = new int[8];
    boolean executableComments;
    boolean raw;

    /** Forgets the last statement. */
    final void begin(byte[] bytes, int offset, int length) {
        source = bytes;
        sourceOffset = offset;
        sourceLength = length;
        foldedLength = 0;
        tokens = 0;
        slots = 0;
        literals = 0;
        parameters = 0;
        invalid = false;
        tooDeep = false;
        statements = 0;
        raw = false;
    }

    final void beginStatement(int at) {
        if (statements == statementStarts.length) {
            statementStarts = Arrays.copyOf(statementStarts, statements * 2);
            statementEnds = Arrays.copyOf(statementEnds, statements * 2);
        }
        statementStarts[statements++] = at;
    }

    /** Takes a literal; it stands in the slot that is made next. */
    final void literal(int kind, boolean negative, int start, int end) {
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
        literalEnds[literals] = end;
        literalSlots[literals] = slots;
        literalKinds[literals] = (byte) kind;
        literalNegative[literals] = negative;
        literalParameters[literals] = kind == Token.PARAMETER ? parameters++ : -1;
        literals++;
    }

    final void append(int kind, int code, int start, int end, int slot, boolean space) {
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

    final void put(byte value) {
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

    /** Lets go of the statement's bytes, and of arrays that a huge statement made grow. */
    public void release() {
        source = null;
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

    /** {@return whether a token is a word without quotes that is spelt like this, whatever the case of its letters} */
    public boolean spells(int token, String word) {
        return kind(token) == Token.WORD
                && ends[token] - starts[token] == word.length()
                && text(token).equalsIgnoreCase(word);
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

    /** {@return whether it is nested deeper than {@link FoldedStatement#MAX_NESTING}} */
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
}
