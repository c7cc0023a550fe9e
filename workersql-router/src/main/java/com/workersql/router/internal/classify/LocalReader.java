// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.LocalAction;
import com.workersql.router.LocalAction.Isolation;
import com.workersql.router.LocalAction.Item;
import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.classify.Verdict.Route;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the statements that the gateway carries out itself. What does not fit their grammar goes to a shard, for its error. */
final class LocalReader {

    private LocalReader() {}

    static Verdict read(FoldedStatement s, StatementInfo info) {
        LocalAction action = s.isInvalid()
                ? null
                : switch (info.kind()) {
                    case BEGIN -> begin(s);
                    case COMMIT -> completion(s, true);
                    case ROLLBACK -> completion(s, false);
                    case USE -> s.tokens() == 2 && s.isName(1) ? new LocalAction.UseSchema(s.name(1)) : null;
                    case KILL -> kill(s);
                    case SHOW_DIAGNOSTICS -> diagnostics(s);
                    case SET_TRANSACTION -> setTransaction(s);
                    case EXPLAIN_ROUTE ->
                        new LocalAction.ExplainRoute(s.start(2) - s.offset(), s.length() - (s.start(2) - s.offset()));
                    case SHOW_GATEWAY -> new LocalAction.ShowGateway(words(s, 2));
                    default -> null;
                };
        if (action != null) {
            return Verdict.local(info, action);
        }
        return switch (info.kind()) {
            case KILL, SHOW_GATEWAY ->
                Classifier.unsupported(info, "this form of " + s.text(0).toUpperCase(Locale.ROOT));
            case USE, BEGIN, COMMIT, ROLLBACK, SET_TRANSACTION ->
                Verdict.refused(
                        info, 1064, "42000", "You have an error in your SQL syntax near '" + info.fingerprint() + "'");
            default -> Verdict.route(info, Route.SESSION);
        };
    }

    private static String words(FoldedStatement s, int from) {
        StringBuilder words = new StringBuilder();
        for (int token = from; token < s.tokens(); token++) {
            words.append(words.length() == 0 ? "" : " ").append(s.text(token).toUpperCase(Locale.ROOT));
        }
        return words.toString();
    }

    private static LocalAction begin(FoldedStatement s) {
        if (s.isWord(0, Word.BEGIN)) {
            return s.tokens() == 1 || (s.tokens() == 2 && s.isWord(1, Word.WORK))
                    ? new LocalAction.Begin(false, false, false)
                    : null;
        }
        boolean readOnly = false;
        boolean readWrite = false;
        boolean snapshot = false;
        int token = 2;
        while (token < s.tokens()) {
            if (s.isWord(token, Word.READ) && s.isWord(token + 1, Word.ONLY)) {
                readOnly = true;
                token += 2;
            } else if (s.isWord(token, Word.READ) && s.isWord(token + 1, Word.WRITE)) {
                readWrite = true;
                token += 2;
            } else if (s.isWord(token, Word.WITH)
                    && s.isWord(token + 1, Word.CONSISTENT)
                    && s.isWord(token + 2, Word.SNAPSHOT)) {
                snapshot = true;
                token += 3;
            } else {
                return null;
            }
            if (token < s.tokens() && !s.isMark(token++, ',')) {
                return null;
            }
        }
        return readOnly && readWrite ? null : new LocalAction.Begin(readOnly, readWrite, snapshot);
    }

    private static LocalAction completion(FoldedStatement s, boolean commit) {
        int token = s.isWord(1, Word.WORK) ? 2 : 1;
        boolean chain = false;
        boolean release = false;
        if (s.isWord(token, Word.AND)) {
            boolean no = s.isWord(token + 1, Word.NO);
            token += no ? 2 : 1;
            if (!s.isWord(token, Word.CHAIN)) {
                return null;
            }
            chain = !no;
            token++;
        }
        if (s.isWord(token, Word.NO) && s.isWord(token + 1, Word.RELEASE)) {
            token += 2;
        } else if (s.isWord(token, Word.RELEASE)) {
            release = true;
            token++;
        }
        if (token != s.tokens() || (chain && release)) {
            return null;
        }
        return commit ? new LocalAction.Commit(chain, release) : new LocalAction.Rollback(chain, release);
    }

    private static LocalAction kill(FoldedStatement s) {
        int token = 1;
        if (s.isWord(token, Word.HARD) || s.isWord(token, Word.SOFT)) {
            token++;
        }
        boolean query = s.isWord(token, Word.QUERY);
        if (query || s.isWord(token, Word.CONNECTION)) {
            token++;
        }
        if (s.kind(token) != Token.INTEGER || token + 1 != s.tokens()) {
            return null;
        }
        Long id = number(s, token);
        return id == null ? null : new LocalAction.Kill(query, id);
    }

    private static Long number(FoldedStatement s, int token) {
        try {
            return s.kind(token) == Token.INTEGER ? Long.valueOf(s.text(token)) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static LocalAction diagnostics(FoldedStatement s) {
        if (s.isWord(1, Word.COUNT)) {
            boolean shape = s.tokens() == 6 && s.isMark(2, '(') && s.isMark(3, '*') && s.isMark(4, ')');
            return shape ? new LocalAction.ShowWarnings(s.isWord(5, Word.ERRORS), true, 0, Long.MAX_VALUE) : null;
        }
        boolean errors = s.isWord(1, Word.ERRORS);
        if (s.tokens() == 2) {
            return new LocalAction.ShowWarnings(errors, false, 0, Long.MAX_VALUE);
        }
        Long first = number(s, 3);
        if (!s.isWord(2, Word.LIMIT) || first == null) {
            return null;
        }
        if (s.tokens() == 4) {
            return new LocalAction.ShowWarnings(errors, false, 0, first);
        }
        Long second = number(s, 5);
        if (s.tokens() != 6 || second == null) {
            return null;
        }
        if (s.isMark(4, ',')) {
            return new LocalAction.ShowWarnings(errors, false, first, second);
        }
        return s.isWord(4, Word.OFFSET) ? new LocalAction.ShowWarnings(errors, false, second, first) : null;
    }

    private static LocalAction setTransaction(FoldedStatement s) {
        boolean session = !s.isWord(1, Word.TRANSACTION);
        int token = session ? 3 : 2;
        Isolation isolation = null;
        boolean readOnly = false;
        boolean readWrite = false;
        while (token < s.tokens()) {
            if (s.isWord(token, Word.READ) && s.isWord(token + 1, Word.ONLY)) {
                readOnly = true;
                token += 2;
            } else if (s.isWord(token, Word.READ) && s.isWord(token + 1, Word.WRITE)) {
                readWrite = true;
                token += 2;
            } else if (s.isWord(token, Word.ISOLATION) && s.isWord(token + 1, Word.LEVEL) && isolation == null) {
                boolean two = !s.isWord(token + 2, Word.SERIALIZABLE);
                isolation = isolation(s.word(token + 2), s.word(token + 3));
                if (isolation == null) {
                    return null;
                }
                token += two ? 4 : 3;
            } else {
                return null;
            }
            if (token < s.tokens() && (!s.isMark(token++, ',') || token == s.tokens())) {
                return null;
            }
        }
        boolean empty = isolation == null && !readOnly && !readWrite;
        return empty || (readOnly && readWrite)
                ? null
                : new LocalAction.SetTransaction(session, isolation, readOnly, readWrite);
    }

    private static Isolation isolation(Word first, Word second) {
        if (first == Word.SERIALIZABLE) {
            return Isolation.SERIALIZABLE;
        }
        if (first == Word.REPEATABLE && second == Word.READ) {
            return Isolation.REPEATABLE_READ;
        }
        if (first == Word.READ && second == Word.COMMITTED) {
            return Isolation.READ_COMMITTED;
        }
        return first == Word.READ && second == Word.UNCOMMITTED ? Isolation.READ_UNCOMMITTED : null;
    }

    /** {@return the action of SHOW [FULL] PROCESSLIST, or null} */
    static LocalAction processList(FoldedStatement s) {
        int noun = s.isWord(1, Word.FULL) ? 2 : 1;
        return s.isWord(noun, Word.PROCESSLIST) && s.tokens() == noun + 1
                ? new LocalAction.ShowProcessList(noun == 2)
                : null;
    }

    /** {@return the functions of a SELECT that holds nothing else, or null} */
    static LocalAction sessionFunctions(FoldedStatement s) {
        if (!s.isWord(0, Word.SELECT) || s.isInvalid()) {
            return null;
        }
        List<Item> items = new ArrayList<>();
        int token = 1;
        while (true) {
            SessionFunction function = function(s, token);
            if (function == null) {
                return null;
            }
            int first = token;
            token++;
            if (s.isMark(token, '(') && s.isMark(token + 1, ')')) {
                token += 2;
            } else if (function != SessionFunction.CURRENT_USER) {
                return null;
            }
            String column = s.text(s.start(first), s.end(token - 1));
            if (s.isWord(token, Word.AS)) {
                token++;
                if (!s.isName(token)) {
                    return null;
                }
            }
            if (s.isName(token) && (s.isWord(token - 1, Word.AS) || !isClause(s.word(token)))) {
                column = s.name(token++);
            }
            items.add(new Item(function, column));
            if (token == s.tokens()) {
                return new LocalAction.SessionFunctions(items);
            }
            if (!s.isMark(token, ',')) {
                return null;
            }
            token++;
        }
    }

    private static boolean isClause(Word word) {
        return switch (word) {
            case FROM, WHERE, GROUP, HAVING, ORDER, LIMIT, INTO, FOR, LOCK, UNION, EXCEPT, INTERSECT, WINDOW -> true;
            case AND, OR, XOR, IS, IN, LIKE, NOT, BETWEEN, COLLATE -> true;
            default -> false;
        };
    }

    private static SessionFunction function(FoldedStatement s, int token) {
        return switch (s.word(token)) {
            case LAST_INSERT_ID -> SessionFunction.LAST_INSERT_ID;
            case ROW_COUNT -> SessionFunction.ROW_COUNT;
            case FOUND_ROWS -> SessionFunction.FOUND_ROWS;
            case CONNECTION_ID -> SessionFunction.CONNECTION_ID;
            case DATABASE, SCHEMA -> SessionFunction.DATABASE;
            case USER, SESSION_USER, SYSTEM_USER -> SessionFunction.USER;
            case CURRENT_USER -> SessionFunction.CURRENT_USER;
            case VERSION -> SessionFunction.VERSION;
            default -> null;
        };
    }
}
