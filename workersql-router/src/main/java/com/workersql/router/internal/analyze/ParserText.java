// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import java.util.Arrays;

/**
 * The text that the grammar reads: the statement's tokens with every literal replaced by a plain one of its class, names
 * in backticks and no comments, so that neither sql_mode nor character set nor the values matter to the grammar. It knows
 * for each place of this text which token stands there.
 */
final class ParserText {

    private final String text;
    private final int[] places;

    private ParserText(String text, int[] places) {
        this.text = text;
        this.places = places;
    }

    /**
     * {@return the text of the first tokens of a statement}
     *
     * @param gaps what is written for tokens that the grammar does not know; null where each is written as it is
     */
    static ParserText of(FoldedStatement s, int tokens, String placeholder, GrammarGaps gaps) {
        return of(s, tokens, placeholder, gaps, false);
    }

    /** {@return the text with words in backticks that servers take for names since a point joins them to others} */
    static ParserText quoted(FoldedStatement s, int tokens, String placeholder, GrammarGaps gaps) {
        return of(s, tokens, placeholder, gaps, true);
    }

    /** {@return whether there is a word that servers take for a name since a point joins it to another} */
    static boolean hasPoints(FoldedStatement s) {
        for (int token = 0; token + 1 < s.tokens(); token++) {
            if (isPartOfName(s, token)) {
                return true;
            }
        }
        return false;
    }

    /** As servers' lexers have it: no keyword is looked for where a point with a name behind it follows at once, nor behind one. */
    private static boolean isPartOfName(FoldedStatement s, int token) {
        return s.kind(token) == Token.WORD && (isBeforePoint(s, token) || isBeforePoint(s, token - 2));
    }

    private static boolean isBeforePoint(FoldedStatement s, int token) {
        return token >= 0
                && token + 2 < s.tokens()
                && s.isName(token)
                && s.isMark(token + 1, '.')
                && s.kind(token + 2) == Token.WORD
                && s.end(token) == s.start(token + 1)
                && s.end(token + 1) == s.start(token + 2);
    }

    private static ParserText of(FoldedStatement s, int tokens, String placeholder, GrammarGaps gaps, boolean quoted) {
        StringBuilder text = new StringBuilder(s.foldedLength() * 2);
        int[] places = new int[tokens];
        int codePoints = 0;
        for (int token = 0; token < tokens; token++) {
            String instead = gaps == null ? null : gaps.written(token);
            String written = instead != null
                    ? instead
                    : quoted && isPartOfName(s, token) ? '`' + s.text(token) + '`' : token(s, token, placeholder);
            if (token > 0 && (instead != null || !joins(s, token))) {
                text.append(' ');
                codePoints++;
            }
            places[token] = codePoints;
            text.append(written);
            codePoints += written.codePointCount(0, written.length());
        }
        return new ParserText(text.toString(), places);
    }

    private static boolean joins(FoldedStatement s, int token) {
        if (s.isMark(token, '.') || s.isMark(token - 1, '.')) {
            return s.kind(token) != Token.DECIMAL && s.kind(token) != Token.FLOAT;
        }
        return s.isMark(token, '(') && s.isName(token - 1) && !s.hasBlankBefore(token);
    }

    /** {@return a name as the grammar reads it} */
    static String name(FoldedStatement s, int token) {
        return s.kind(token) == Token.QUOTED ? '`' + s.name(token).replace("`", "``") + '`' : s.text(token);
    }

    private static String token(FoldedStatement s, int token, String placeholder) {
        return switch (s.kind(token)) {
            case Token.QUOTED -> name(s, token);
            case Token.STRING -> "''";
            case Token.INTEGER -> s.slot(token) >= 0 ? "0" : s.text(token);
            case Token.DECIMAL -> "0.0";
            case Token.FLOAT -> "0e0";
            case Token.HEX -> "x'00'";
            case Token.BIT -> "b'0'";
            case Token.PARAMETER -> placeholder;
            case Token.NULL_ESCAPE -> "NULL";
            case Token.USER_VARIABLE -> s.text(token).startsWith("@`") ? s.text(token) : "@v";
            // An introducer belongs to the literal behind it, which then is no plain one.
            case Token.WORD -> isIntroducer(s, token) ? "" : s.text(token);
            default -> s.text(token);
        };
    }

    static boolean isIntroducer(FoldedStatement s, int token) {
        int next = s.kind(token + 1);
        if (s.kind(token) != Token.WORD || (next != Token.STRING && next != Token.HEX && next != Token.BIT)) {
            return false;
        }
        String word = s.text(token);
        return (word.startsWith("_") && word.length() > 1) || word.equalsIgnoreCase("n");
    }

    String text() {
        return text;
    }

    /** {@return the token that stands at a place of the text, counted in code points} */
    int tokenAt(int place) {
        int found = Arrays.binarySearch(places, place);
        if (found >= 0) {
            // An omitted introducer has the same place as its literal.
            while (found + 1 < places.length && places[found + 1] == place) {
                found++;
            }
            return found;
        }
        return -found - 2;
    }
}
