// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.Locale;

/**
 * What no tenant may do through the gateway: what touches the server, its files, its accounts, or what other sessions
 * see. The shard's grants forbid most of it too; here it is refused before anything is sent.
 */
final class Forbidden {

    private Forbidden() {}

    /** {@return the forbidden construct that a statement holds, for the message, or null} */
    static String construct(FoldedStatement s, StatementKind kind) {
        String byKind = switch (kind) {
            case ACCOUNT -> "managing accounts";
            case ADMIN -> s.text(0).toUpperCase(Locale.ROOT) + " of the server";
            case FLUSH -> "FLUSH";
            case XA -> "XA";
            case LOAD_DATA -> isLocal(s) ? null : "reading the server's files";
            case SHOW -> Shows.isAllowed(s) ? null : "this SHOW";
            case EXPLAIN ->
                s.isWord(1, Word.FOR) || hasPair(s, Word.FOR, Word.CONNECTION) ? "EXPLAIN of another connection" : null;
            case SET, SET_TRANSACTION -> setGlobal(s) ? "SET GLOBAL" : null;
            default -> null;
        };
        return byKind == null ? byWords(s) : byKind;
    }

    private static boolean isLocal(FoldedStatement s) {
        for (int token = 2; token < 5; token++) {
            if (s.isWord(token, Word.LOCAL)) {
                return true;
            }
        }
        return false;
    }

    private static boolean setGlobal(FoldedStatement s) {
        for (int token = 1; token < s.tokens(); token++) {
            boolean starts = token == 1 || s.isMark(token - 1, ',');
            switch (s.word(token)) {
                case GLOBAL, PERSIST, PERSIST_ONLY -> {
                    if (starts && !s.isMark(token + 1, '=')) {
                        return true;
                    }
                }
                default -> {
                    if (starts && s.kind(token) == Token.SYSTEM_VARIABLE) {
                        String scope = s.text(token).toLowerCase(Locale.ROOT).replace("`", "");
                        if (s.isMark(token + 1, '.') && !scope.equals("@@session") && !scope.equals("@@local")) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private static boolean hasPair(FoldedStatement s, Word first, Word second) {
        for (int token = 0; token + 1 < s.tokens(); token++) {
            if (s.isWord(token, first) && s.isWord(token + 1, second)) {
                return true;
            }
        }
        return false;
    }

    private static String byWords(FoldedStatement s) {
        for (int token = 0; token < s.tokens(); token++) {
            switch (s.word(token)) {
                case OUTFILE, DUMPFILE -> {
                    if (s.isWord(token - 1, Word.INTO)) {
                        return "INTO " + s.text(token).toUpperCase(Locale.ROOT);
                    }
                }
                case LOAD_FILE -> {
                    if (s.isMark(token + 1, '(')) {
                        return "LOAD_FILE";
                    }
                }
                default -> {
                    if (s.isMark(token + 1, '(')
                            && s.isName(token)
                            && s.name(token).equalsIgnoreCase("load_file")) {
                        return "LOAD_FILE";
                    }
                }
            }
        }
        return null;
    }
}
