// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** Which names before a parenthesis are calls, and which of those are of functions that every server has. */
final class Functions {

    private static final Set<String> BUILT_IN = load();

    private Functions() {}

    /**
     * A name before a parenthesis calls a function unless it stands where a table, an alias or a column list does. To
     * take another name for a call costs a pinned connection; the contrary would hide a change of the session.
     */
    static boolean isCall(FoldedStatement s, int token) {
        int first = token;
        while (s.isMark(first - 1, '.') && s.isName(first - 2)) {
            first -= 2;
        }
        return switch (s.word(first - 1)) {
            case INTO, TABLE, AS, INSERT, REPLACE, IGNORE, REFERENCES, INDEX, KEY, WITH, RECURSIVE, EXISTS, WINDOW ->
                false;
            default -> true;
        };
    }

    /** {@return whether a name before a parenthesis is a keyword or a function without effect on the session} */
    static boolean isBuiltIn(FoldedStatement s, int token) {
        return s.kind(token) == Token.WORD
                && !s.isMark(token - 1, '.')
                && s.end(token) - s.start(token) <= 40
                && (BUILT_IN.contains(s.text(token).toLowerCase(Locale.ROOT)) || s.isWord(token, Word.IN));
    }

    private static Set<String> load() {
        try (InputStream in = Functions.class.getResourceAsStream("functions.txt")) {
            if (in == null) {
                throw new IllegalStateException("functions.txt is missing from the router's jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return Set.copyOf(text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.trim().split("\\s+")))
                    .filter(word -> !word.isEmpty())
                    .distinct()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
