// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import com.workersql.router.ClientCharset;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementContext;

/**
 * Reads the tokens of a statement as the shard's server would: one pass, nothing allocated, never an exception. Where the
 * servers' readings differ, or depend on what is not known here, the answer is {@link Token#INVALID} or
 * {@link #isDoubtful()}, never a guess.
 *
 * <p>It is one long file on purpose: every byte of every statement comes through here, and a token's way from its first byte to
 * its end is within one object's fields, without a call to another or a state that would have to be handed over.
 */
final class Lexer {

    private static final byte SPACE = 1;
    private static final byte DIGIT = 2;
    private static final byte NAME = 4;
    private static final byte HEX_DIGIT = 8;
    private static final byte[] CLASSES = new byte[256];

    static {
        for (int c = 9; c <= 13; c++) {
            CLASSES[c] = SPACE;
        }
        CLASSES[' '] = SPACE;
        for (int c = '0'; c <= '9'; c++) {
            CLASSES[c] = DIGIT | NAME | HEX_DIGIT;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            CLASSES[c] = (byte) (NAME | (c <= 'f' ? HEX_DIGIT : 0));
            CLASSES[c - 32] = CLASSES[c];
        }
        CLASSES['_'] = NAME;
        CLASSES['$'] = NAME;
        for (int c = 0x80; c <= 0xFF; c++) {
            CLASSES[c] = NAME;
        }
    }

    private byte[] source;
    private int at;
    private int end;
    private boolean ansiQuotes;
    private boolean backslashEscapes;
    private ClientCharset charset;
    private boolean mariaDb;
    private int serverVersion;
    private boolean inExecutableComment;
    private boolean executableComments;
    private boolean nameFollowsPoint;
    private boolean doubtful;

    private int start;
    private int code;
    private boolean spaceBefore;

    void reset(byte[] bytes, int offset, int length, StatementContext context) {
        source = bytes;
        at = offset;
        end = offset + length;
        ansiQuotes = context.ansiQuotes();
        backslashEscapes = !context.noBackslashEscapes();
        charset = context.charset();
        mariaDb = context.flavor() == ServerFlavor.MARIADB;
        serverVersion = context.serverVersion();
        inExecutableComment = false;
        executableComments = false;
        nameFollowsPoint = false;
        pointPending = false;
        doubtful = false;
    }

    void release() {
        source = null;
    }

    /** {@return whether the text is for MariaDB} */
    boolean isMariaDb() {
        return mariaDb;
    }

    /** {@return where the last token begins} */
    int start() {
        return start;
    }

    /** {@return the byte behind the last token} */
    int end() {
        return at;
    }

    /** {@return the word's ordinal or the mark's bytes of the last token} */
    int code() {
        return code;
    }

    /** {@return whether white space or a comment stands before the last token} */
    boolean spaceBefore() {
        return spaceBefore;
    }

    /** {@return whether a comment was met that servers may read in more than one way} */
    boolean isDoubtful() {
        return doubtful;
    }

    /** {@return whether a part of the text stands in a comment that the server runs} */
    boolean hasExecutableComment() {
        return executableComments;
    }

    /** {@return whether the last token stands in a comment that the server runs} */
    boolean isInExecutableComment() {
        return inExecutableComment;
    }

    /** {@return the kind of the next token; at the end, again and again, {@link Token#END}} */
    int next() {
        code = 0;
        if (nameFollowsPoint) {
            nameFollowsPoint = false;
            spaceBefore = false;
            start = at;
            return name(false);
        }
        int c = skipSpace();
        if (c < 0) {
            start = at;
            return inExecutableComment ? unterminatedComment() : Token.END;
        }
        start = at;
        return switch (c) {
            case '\'' -> string('\'') ? Token.STRING : Token.INVALID;
            case '"' ->
                ansiQuotes
                        ? (quotedName('"') ? Token.QUOTED : Token.INVALID)
                        : (string('"') ? Token.STRING : Token.INVALID);
            case '`' -> quotedName('`') ? Token.QUOTED : Token.INVALID;
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            case '.' -> point();
            case '@' -> variable();
            case '?' -> parameter();
            case '\\' -> backslash();
            case 'x', 'X' -> peek(1) == '\'' ? digitsInQuotes(HEX_DIGIT, Token.HEX) : name(true);
            case 'b', 'B' -> peek(1) == '\'' ? digitsInQuotes((byte) 0, Token.BIT) : name(true);
            default -> (CLASSES[c] & NAME) != 0 ? name(true) : mark(c);
        };
    }

    private int unterminatedComment() {
        inExecutableComment = false;
        return Token.INVALID;
    }

    private int peek(int distance) {
        return at + distance < end ? source[at + distance] & 0xFF : -1;
    }

    /** Skips white space, comments, and the frames of comments that are run; gives the byte there or -1. */
    private int skipSpace() {
        spaceBefore = false;
        byte[] bytes = source;
        while (at < end) {
            int c = bytes[at] & 0xFF;
            if ((CLASSES[c] & NAME) != 0) {
                return c;
            }
            if (CLASSES[c] == SPACE) {
                at++;
            } else if (c == '#') {
                skipLine();
            } else if (c == '-' && peek(1) == '-' && endsDashes(peek(2))) {
                skipLine();
            } else if (c == '/' && peek(1) == '*') {
                if (!comment()) {
                    return c;
                }
            } else if (c == '*' && inExecutableComment && peek(1) == '/') {
                inExecutableComment = false;
                at += 2;
            } else {
                return c;
            }
            spaceBefore = true;
        }
        return -1;
    }

    private static boolean endsDashes(int c) {
        return c < 0 || c <= ' ' || c == 0x7F;
    }

    private void skipLine() {
        while (at < end && source[at] != '\n') {
            at++;
        }
    }

    /** Passes a comment, or the beginning of one that is run; false where it has no end. */
    private boolean comment() {
        int mark = at + 2;
        boolean maria = mark + 1 < end && source[mark] == 'M' && source[mark + 1] == '!';
        if ((mark < end && source[mark] == '!') || (maria && mariaDb)) {
            return executableComment(mark + (maria ? 2 : 1), maria);
        }
        int close = closing(mark);
        if (close < 0) {
            return false;
        }
        at = close;
        return true;
    }

    /**
     * MySQL takes five digits, or by its age six, as a version; MariaDB takes five or six and leaves out 50700 to 99999
     * unless the comment says {@code M!}. Other numbers of digits, and comments within such comments, are in doubt.
     */
    private boolean executableComment(int digitsStart, boolean maria) {
        int digits = 0;
        int version = 0;
        while (digitsStart + digits < end
                && digits < 8
                && (CLASSES[source[digitsStart + digits] & 0xFF] & DIGIT) != 0) {
            version = version * 10 + source[digitsStart + digits] - '0';
            digits++;
        }
        boolean run;
        if (digits == 0) {
            run = true;
        } else if (digits == 5) {
            run = version <= serverVersion && (!mariaDb || maria || version < 50700);
        } else if (digits == 6) {
            run = version <= serverVersion && (!mariaDb || maria || version > 99999);
            // As five digits and a number, the same text would be run by a MySQL of another age.
            doubtful |= !mariaDb && (run || version / 10 <= serverVersion);
        } else {
            doubtful = true;
            run = false;
        }
        if (run) {
            doubtful |= inExecutableComment;
            inExecutableComment = true;
            executableComments = true;
            at = digitsStart + digits;
            return true;
        }
        int close = closing(digitsStart);
        if (close < 0) {
            return false;
        }
        for (int i = digitsStart; i + 1 < close; i++) {
            doubtful |= source[i] == '/' && source[i + 1] == '*';
        }
        at = close;
        return true;
    }

    private int closing(int from) {
        for (int i = from; i + 1 < end; i++) {
            if (source[i] == '*' && source[i + 1] == '/') {
                return i + 2;
            }
        }
        return -1;
    }

    private int name(boolean mayBeKeyword) {
        int first = at;
        byte[] bytes = source;
        int limit = end;
        int i = at;
        int hash = 0;
        // Most names are ASCII: their word's hash is made in the same loop that finds their end.
        while (i < limit && bytes[i] >= 0 && (CLASSES[bytes[i]] & NAME) != 0) {
            hash = WordTable.hash(hash, bytes[i]);
            i++;
        }
        at = i;
        if (i < limit && bytes[i] < 0) {
            mayBeKeyword = false;
            if (!restOfName()) {
                return Token.INVALID;
            }
        }
        if (bytes[first] == '$' && !mariaDb && isDollarQuote(first)) {
            return Token.INVALID;
        }
        if (at + 1 < limit && bytes[at] == '.' && (CLASSES[bytes[at + 1] & 0xFF] & NAME) != 0) {
            // A word with a name behind a point is a name itself, whatever it spells.
            pointPending = true;
        } else if (mayBeKeyword) {
            code = WordTable.find(bytes, first, at, hash);
        }
        return Token.WORD;
    }

    private boolean restOfName() {
        boolean valid = true;
        while (at < end) {
            int c = source[at] & 0xFF;
            if (c < 0x80) {
                if ((CLASSES[c] & NAME) == 0) {
                    break;
                }
                at++;
            } else {
                int length = characterLength(at);
                valid &= length > 0;
                at += Math.max(length, 1);
            }
        }
        return valid;
    }

    /** Set where the name just read has a point and a name directly behind it. */
    private boolean pointPending;

    private boolean isDollarQuote(int first) {
        for (int i = first + 1; i < at; i++) {
            if (source[i] == '$') {
                return true;
            }
        }
        return false;
    }

    private int point() {
        boolean afterName = pointPending;
        pointPending = false;
        int next = peek(1);
        if (!afterName && next >= '0' && next <= '9') {
            at++;
            return fraction();
        }
        at++;
        code = '.';
        nameFollowsPoint = next >= 0 && (CLASSES[next] & NAME) != 0;
        return Token.MARK;
    }

    private int number() {
        pointPending = false;
        int second = peek(1);
        if (source[at] == '0' && (second == 'x' || second == 'b')) {
            int i = at + 2;
            while (i < end && (second == 'x' ? isHexDigit(source[i]) : isBit(source[i]))) {
                i++;
            }
            if (i > at + 2 && (i == end || (CLASSES[source[i] & 0xFF] & NAME) == 0)) {
                at = i;
                return second == 'x' ? Token.HEX : Token.BIT;
            }
            return name(true);
        }
        int first = at;
        skipDigits();
        int c = peek(0);
        if (c == '.') {
            at++;
            return fraction();
        }
        if (c < 0 || (CLASSES[c] & NAME) == 0) {
            return Token.INTEGER;
        }
        if (c == 'e' || c == 'E') {
            int sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
            int digit = peek(1 + sign);
            if (digit >= '0' && digit <= '9') {
                at += 1 + sign;
                skipDigits();
                return Token.FLOAT;
            }
        }
        at = first;
        return name(true);
    }

    /** Reads on behind a point. */
    private int fraction() {
        skipDigits();
        int c = peek(0);
        if (c != 'e' && c != 'E') {
            return Token.DECIMAL;
        }
        int sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        int digit = peek(1 + sign);
        if (digit < '0' || digit > '9') {
            at++;
            return Token.INVALID;
        }
        at += 1 + sign;
        skipDigits();
        return Token.FLOAT;
    }

    private void skipDigits() {
        while (at < end && source[at] >= '0' && source[at] <= '9') {
            at++;
        }
    }

    private static boolean isHexDigit(byte c) {
        return (CLASSES[c & 0xFF] & HEX_DIGIT) != 0;
    }

    private static boolean isBit(byte c) {
        return c == '0' || c == '1';
    }

    private int digitsInQuotes(byte digitClass, int kind) {
        at += 2;
        while (at < end && (digitClass == HEX_DIGIT ? isHexDigit(source[at]) : isBit(source[at]))) {
            at++;
        }
        if (peek(0) != '\'') {
            return Token.INVALID;
        }
        at++;
        return kind;
    }

    private int variable() {
        at++;
        int c = peek(0);
        if (c == '@') {
            at++;
            if (peek(0) == '`') {
                return quotedName('`') ? Token.SYSTEM_VARIABLE : Token.INVALID;
            }
            while (at < end && (CLASSES[source[at] & 0xFF] & NAME) != 0 && source[at] >= 0) {
                at++;
            }
            if (peek(0) == '.' && peek(1) >= 0 && (CLASSES[peek(1)] & NAME) != 0) {
                pointPending = true;
            }
            return Token.SYSTEM_VARIABLE;
        }
        if (c == '\'' || c == '"') {
            return string(c) ? Token.USER_VARIABLE : Token.INVALID;
        }
        if (c == '`') {
            return quotedName('`') ? Token.USER_VARIABLE : Token.INVALID;
        }
        while (at < end && source[at] > 0 && ((CLASSES[source[at]] & NAME) != 0 || source[at] == '.')) {
            at++;
        }
        // Letters beyond ASCII belong to the name in some servers and character sets and not in others.
        return at < end && source[at] < 0 ? Token.INVALID : Token.USER_VARIABLE;
    }

    private int parameter() {
        at++;
        int c = peek(0);
        return c >= 0 && (CLASSES[c] & NAME) != 0 ? Token.INVALID : Token.PARAMETER;
    }

    private int backslash() {
        if (peek(1) == 'N') {
            at += 2;
            return Token.NULL_ESCAPE;
        }
        at++;
        return Token.INVALID;
    }

    private int mark(int c) {
        if (c == '/' && peek(1) == '*') {
            at = end;
            return Token.INVALID;
        }
        int second = peek(1);
        int length = switch (c) {
            case '<' -> second == '=' && peek(2) == '>' ? 3 : second == '=' || second == '>' || second == '<' ? 2 : 1;
            case '>' -> second == '=' || second == '>' ? 2 : 1;
            case '!' -> second == '=' ? 2 : 1;
            case ':' -> second == '=' ? 2 : 1;
            case '&' -> second == '&' ? 2 : 1;
            case '|' -> second == '|' ? 2 : 1;
            case '-' -> second == '>' ? (peek(2) == '>' ? 3 : 2) : 1;
            case '(', ')', ',', ';', '=', '+', '*', '/', '%', '^', '~', '{', '}', '[', ']' -> 1;
            default -> 0;
        };
        if (length == 0) {
            at++;
            return Token.INVALID;
        }
        code = c;
        for (int i = 1; i < length; i++) {
            code |= peek(i) << (8 * i);
        }
        at += length;
        return Token.MARK;
    }

    private boolean string(int quote) {
        at++;
        while (at < end) {
            int c = source[at] & 0xFF;
            if (c == quote) {
                at++;
                if (peek(0) != quote) {
                    return true;
                }
                at++;
            } else if (c == '\\' && backslashEscapes) {
                at += 2;
            } else if (c >= 0x80 && isMultiByte()) {
                int length = characterLength(at);
                if (length == 0) {
                    at = end;
                    return false;
                }
                at += length;
            } else {
                at++;
            }
        }
        at = end;
        return false;
    }

    private boolean quotedName(int quote) {
        at++;
        while (at < end) {
            int c = source[at] & 0xFF;
            if (c == quote) {
                at++;
                if (peek(0) != quote) {
                    return true;
                }
                at++;
            } else if (c == 0) {
                break;
            } else if (c >= 0x80 && isMultiByte()) {
                int length = characterLength(at);
                if (length == 0) {
                    break;
                }
                at += length;
            } else {
                at++;
            }
        }
        at = end;
        return false;
    }

    /** Whether the second byte of a character may be one below 0x80. */
    private boolean isMultiByte() {
        return charset != ClientCharset.UTF8 && charset != ClientCharset.ASCII_SAFE;
    }

    /** {@return the length of the character that begins with a byte above 0x7F, or 0 where none does} */
    private int characterLength(int index) {
        int lead = source[index] & 0xFF;
        int second = index + 1 < end ? source[index + 1] & 0xFF : 0;
        return switch (charset) {
            case UTF8 -> utf8Length(index, lead);
            // Whether such a byte is a letter, a blank or a mark depends on the set; letters are safe in most.
            case ASCII_SAFE -> lead >= 0xC0 && lead != 0xD7 && lead != 0xF7 ? 1 : 0;
            case SJIS -> sjisLength(lead, second);
            case GBK -> lead >= 0x81 && lead <= 0xFE && isWideTrail(second) ? 2 : 0;
            case BIG5 ->
                lead >= 0xA1
                                && lead <= 0xF9
                                && ((second >= 0x40 && second <= 0x7E) || (second >= 0xA1 && second <= 0xFE))
                        ? 2
                        : 0;
            case GB18030 -> gb18030Length(index, lead, second);
        };
    }

    private static boolean isWideTrail(int c) {
        return (c >= 0x40 && c <= 0x7E) || (c >= 0x80 && c <= 0xFE);
    }

    private static int sjisLength(int lead, int second) {
        if (lead >= 0xA1 && lead <= 0xDF) {
            return 1;
        }
        boolean isLead = (lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xFC);
        return isLead && isWideTrail(second) && second <= 0xFC ? 2 : 0;
    }

    private int gb18030Length(int index, int lead, int second) {
        if (lead < 0x81 || lead > 0xFE) {
            return 0;
        }
        if (isWideTrail(second)) {
            return 2;
        }
        if (second < '0' || second > '9' || index + 3 >= end) {
            return 0;
        }
        int third = source[index + 2] & 0xFF;
        int fourth = source[index + 3] & 0xFF;
        return third >= 0x81 && third <= 0xFE && fourth >= '0' && fourth <= '9' ? 4 : 0;
    }

    private int utf8Length(int index, int lead) {
        int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (length == 0 || index + length > end) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((source[index + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
