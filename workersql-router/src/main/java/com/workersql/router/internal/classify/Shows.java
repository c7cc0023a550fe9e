// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import java.util.Locale;

/** The SHOW statements that tell a tenant nothing but its own and what every client may know; all others are refused. */
final class Shows {

    private Shows() {}

    static boolean isAllowed(FoldedStatement s) {
        int noun = 1;
        while (s.isWord(noun, Word.FULL)
                || s.isWord(noun, Word.EXTENDED)
                || s.isWord(noun, Word.SESSION)
                || s.isWord(noun, Word.GLOBAL)
                || s.isWord(noun, Word.LOCAL)
                || s.isWord(noun, Word.STORAGE)) {
            noun++;
        }
        if (noun >= s.tokens()) {
            return false;
        }
        return switch (s.text(noun).toUpperCase(Locale.ROOT)) {
            case "TABLES",
                    "COLUMNS",
                    "FIELDS",
                    "INDEX",
                    "INDEXES",
                    "KEYS",
                    "TRIGGERS",
                    "EVENTS",
                    "DATABASES",
                    "SCHEMAS",
                    "VARIABLES",
                    "STATUS",
                    "CHARSET",
                    "COLLATION",
                    "ENGINES",
                    "PRIVILEGES",
                    "PLUGINS",
                    "PROCESSLIST",
                    "PROFILES",
                    "PROFILE" -> true;
            case "CHARACTER" -> s.isWord(noun + 1, Word.SET);
            case "TABLE" -> s.isWord(noun + 1, Word.STATUS);
            case "PROCEDURE", "FUNCTION" -> s.isWord(noun + 1, Word.STATUS);
            case "GRANTS" -> s.tokens() == noun + 1;
            case "CREATE" ->
                switch (s.word(noun + 1)) {
                    case TABLE, VIEW, PROCEDURE, FUNCTION, TRIGGER, EVENT, SEQUENCE, DATABASE, SCHEMA, PACKAGE -> true;
                    default -> false;
                };
            default -> false;
        };
    }
}
