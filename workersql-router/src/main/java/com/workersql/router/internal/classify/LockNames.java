// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import java.util.Locale;

/** The functions that take the name of a user lock, which all sessions of a server share. */
final class LockNames {

    private LockNames() {}

    /** {@return whether a call of such a function begins at a token} A name in quotes calls the server's own function too. */
    static boolean isCall(FoldedStatement s, int token) {
        return s.isName(token)
                && s.isMark(token + 1, '(')
                && !s.isMark(token - 1, '.')
                && switch (s.word(token)) {
                    case GET_LOCK, RELEASE_LOCK, IS_FREE_LOCK, IS_USED_LOCK -> true;
                    default -> s.kind(token) == Token.QUOTED && isName(s.text(token));
                };
    }

    private static boolean isName(String quoted) {
        return switch (quoted.substring(1, quoted.length() - 1).toUpperCase(Locale.ROOT)) {
            case "GET_LOCK", "RELEASE_LOCK", "IS_FREE_LOCK", "IS_USED_LOCK" -> true;
            default -> false;
        };
    }
}
