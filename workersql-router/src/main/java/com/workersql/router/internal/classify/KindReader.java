// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;

/** Tells a statement's kind from its leading words. */
final class KindReader {

    private KindReader() {}

    static StatementKind kind(FoldedStatement s) {
        if (s.tokens() == 0) {
            return StatementKind.EMPTY;
        }
        int first = 0;
        while (s.isMark(first, '(')) {
            first++;
        }
        if (first > 0) {
            return switch (s.word(first)) {
                case SELECT, TABLE, WITH -> StatementKind.SELECT;
                case VALUES -> StatementKind.VALUES;
                default -> StatementKind.UNKNOWN;
            };
        }
        Word next = s.word(1);
        return switch (s.word(0)) {
            case SELECT, TABLE -> StatementKind.SELECT;
            case WITH -> behindWith(s);
            case VALUES -> StatementKind.VALUES;
            case INSERT -> StatementKind.INSERT;
            case REPLACE -> StatementKind.REPLACE;
            case UPDATE -> StatementKind.UPDATE;
            case DELETE -> StatementKind.DELETE;
            case DO -> StatementKind.DO;
            case CALL -> StatementKind.CALL;
            case HANDLER -> StatementKind.HANDLER;
            case LOAD -> next == Word.DATA || next == Word.XML ? StatementKind.LOAD_DATA : StatementKind.ADMIN;
            case CREATE -> created(s);
            case ALTER -> altered(s);
            case DROP -> dropped(s);
            case RENAME -> next == Word.USER ? StatementKind.ACCOUNT : StatementKind.RENAME_TABLE;
            case TRUNCATE -> StatementKind.TRUNCATE;
            case BEGIN -> next == Word.NOT ? StatementKind.COMPOUND : begin(s);
            case START -> next == Word.TRANSACTION ? StatementKind.BEGIN : StatementKind.ADMIN;
            case COMMIT -> StatementKind.COMMIT;
            case ROLLBACK -> rollback(s);
            case SAVEPOINT, RELEASE -> StatementKind.SAVEPOINT;
            case XA -> StatementKind.XA;
            case SET -> set(s);
            case USE -> StatementKind.USE;
            case SHOW -> show(s);
            case EXPLAIN, DESCRIBE, DESC ->
                next == Word.ROUTE && s.tokens() > 2 ? StatementKind.EXPLAIN_ROUTE : StatementKind.EXPLAIN;
            case ANALYZE ->
                next == Word.TABLE
                                || next == Word.TABLES
                                || next == Word.LOCAL
                                || s.text(1).equalsIgnoreCase("NO_WRITE_TO_BINLOG")
                        ? StatementKind.TABLE_MAINTENANCE
                        : StatementKind.EXPLAIN;
            case CHECK, CHECKSUM, OPTIMIZE, REPAIR -> StatementKind.TABLE_MAINTENANCE;
            case HELP -> StatementKind.HELP;
            case KILL -> StatementKind.KILL;
            case PREPARE -> StatementKind.PREPARE;
            case EXECUTE -> next == Word.IMMEDIATE ? StatementKind.EXECUTE_IMMEDIATE : StatementKind.EXECUTE;
            case DEALLOCATE -> StatementKind.DEALLOCATE;
            case LOCK -> next == Word.INSTANCE ? StatementKind.ADMIN : StatementKind.LOCK_TABLES;
            case UNLOCK -> next == Word.INSTANCE ? StatementKind.ADMIN : StatementKind.UNLOCK_TABLES;
            case FLUSH -> StatementKind.FLUSH;
            case GET, SIGNAL, RESIGNAL -> StatementKind.DIAGNOSTICS;
            case IF, CASE, LOOP, WHILE, REPEAT, FOR, DECLARE, RETURN, LEAVE, ITERATE, OPEN, FETCH, CLOSE ->
                StatementKind.COMPOUND;
            case GRANT, REVOKE -> StatementKind.ACCOUNT;
            case INSTALL,
                    UNINSTALL,
                    SHUTDOWN,
                    RESTART,
                    RESET,
                    PURGE,
                    CHANGE,
                    STOP,
                    BINLOG,
                    BACKUP,
                    CLONE,
                    IMPORT,
                    CACHE -> StatementKind.ADMIN;
            default -> StatementKind.UNKNOWN;
        };
    }

    /** The statement behind the common tables of a WITH: the first word of one outside all parentheses. */
    private static StatementKind behindWith(FoldedStatement s) {
        int depth = 0;
        for (int token = 1; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            } else if (depth == 0) {
                switch (s.word(token)) {
                    case SELECT, TABLE, VALUES -> {
                        return StatementKind.SELECT;
                    }
                    case UPDATE -> {
                        return StatementKind.UPDATE;
                    }
                    case DELETE -> {
                        return StatementKind.DELETE;
                    }
                    case INSERT -> {
                        return StatementKind.INSERT;
                    }
                    case REPLACE -> {
                        return StatementKind.REPLACE;
                    }
                    default -> {}
                }
            }
        }
        // WITH ... (SELECT ...) has its body in parentheses.
        return StatementKind.SELECT;
    }

    private static StatementKind begin(FoldedStatement s) {
        return s.tokens() == 1 || s.isMark(1, ';') || s.isWord(1, Word.WORK)
                ? StatementKind.BEGIN
                : StatementKind.COMPOUND;
    }

    private static StatementKind rollback(FoldedStatement s) {
        return s.isWord(1, Word.TO) || (s.isWord(1, Word.WORK) && s.isWord(2, Word.TO))
                ? StatementKind.SAVEPOINT
                : StatementKind.ROLLBACK;
    }

    private static StatementKind set(FoldedStatement s) {
        return switch (s.word(1)) {
            case TRANSACTION -> StatementKind.SET_TRANSACTION;
            case SESSION, LOCAL, GLOBAL ->
                s.isWord(2, Word.TRANSACTION) ? StatementKind.SET_TRANSACTION : StatementKind.SET;
            case ROLE -> s.isMark(2, '=') ? StatementKind.SET : StatementKind.SET_ROLE;
            case PASSWORD -> StatementKind.ACCOUNT;
            case DEFAULT -> StatementKind.ACCOUNT;
            case RESOURCE -> StatementKind.ADMIN;
            default -> StatementKind.SET;
        };
    }

    private static StatementKind show(FoldedStatement s) {
        if (s.isWord(1, Word.WARNINGS) || s.isWord(1, Word.ERRORS)) {
            return StatementKind.SHOW_DIAGNOSTICS;
        }
        if (s.isWord(1, Word.COUNT) && (s.isWord(5, Word.WARNINGS) || s.isWord(5, Word.ERRORS))) {
            return StatementKind.SHOW_DIAGNOSTICS;
        }
        return s.isWord(1, Word.GATEWAY) ? StatementKind.SHOW_GATEWAY : StatementKind.SHOW;
    }

    /** Skips what may stand between CREATE, ALTER or DROP and the noun: modifiers and a definer. */
    private static int noun(FoldedStatement s) {
        int token = 1;
        while (token < s.tokens()) {
            switch (s.word(token)) {
                case OR -> token += s.isWord(token + 1, Word.REPLACE) ? 2 : 1;
                case TEMPORARY, ONLINE, OFFLINE, UNIQUE, FULLTEXT, SPATIAL, AGGREGATE, IGNORE -> token++;
                case ALGORITHM -> token += 3;
                case SQL -> token += 3;
                case DEFINER -> {
                    token += 2;
                    while (token < s.tokens() && !isNoun(s.word(token))) {
                        token++;
                    }
                }
                default -> {
                    return token;
                }
            }
        }
        return token;
    }

    private static boolean isNoun(Word word) {
        return switch (word) {
            case SQL, VIEW, PROCEDURE, FUNCTION, TRIGGER, EVENT, AGGREGATE, PACKAGE -> true;
            default -> false;
        };
    }

    private static boolean isTemporary(FoldedStatement s) {
        return s.isWord(1, Word.TEMPORARY) || s.isWord(3, Word.TEMPORARY);
    }

    private static StatementKind created(FoldedStatement s) {
        return switch (s.word(noun(s))) {
            case TABLE -> isTemporary(s) ? StatementKind.CREATE_TEMPORARY_TABLE : StatementKind.CREATE_TABLE;
            case VIEW -> StatementKind.CREATE_VIEW;
            case INDEX -> StatementKind.CREATE_INDEX;
            case FUNCTION -> hasWord(s, Word.SONAME) ? StatementKind.ADMIN : StatementKind.CREATE_ROUTINE;
            case PROCEDURE, PACKAGE -> StatementKind.CREATE_ROUTINE;
            case TRIGGER -> StatementKind.CREATE_TRIGGER;
            case EVENT -> StatementKind.CREATE_EVENT;
            case DATABASE, SCHEMA -> StatementKind.CREATE_DATABASE;
            case SEQUENCE -> isTemporary(s) ? StatementKind.CREATE_TEMPORARY_TABLE : StatementKind.CREATE_SEQUENCE;
            case USER, ROLE -> StatementKind.ACCOUNT;
            case SERVER, TABLESPACE, LOGFILE, UNDO, RESOURCE -> StatementKind.ADMIN;
            default ->
                s.isWord(1, Word.SPATIAL) || s.isWord(3, Word.SPATIAL) ? StatementKind.ADMIN : StatementKind.UNKNOWN;
        };
    }

    private static StatementKind altered(FoldedStatement s) {
        return switch (s.word(noun(s))) {
            case TABLE -> StatementKind.ALTER_TABLE;
            case VIEW, PROCEDURE, FUNCTION, EVENT, SEQUENCE, PACKAGE -> StatementKind.ALTER_OBJECT;
            case DATABASE, SCHEMA -> StatementKind.ALTER_DATABASE;
            case USER, ROLE -> StatementKind.ACCOUNT;
            case INSTANCE, SERVER, TABLESPACE, LOGFILE, UNDO, RESOURCE -> StatementKind.ADMIN;
            default -> StatementKind.UNKNOWN;
        };
    }

    private static StatementKind dropped(FoldedStatement s) {
        return switch (s.word(noun(s))) {
            case TABLE, TABLES, SEQUENCE ->
                isTemporary(s)
                        ? StatementKind.DROP_TEMPORARY_TABLE
                        : s.isWord(noun(s), Word.SEQUENCE) ? StatementKind.DROP_OBJECT : StatementKind.DROP_TABLE;
            case INDEX -> StatementKind.DROP_INDEX;
            case VIEW, PROCEDURE, FUNCTION, TRIGGER, EVENT, PACKAGE -> StatementKind.DROP_OBJECT;
            case DATABASE, SCHEMA -> StatementKind.DROP_DATABASE;
            case PREPARE -> StatementKind.DEALLOCATE;
            case USER, ROLE -> StatementKind.ACCOUNT;
            case SERVER, TABLESPACE, LOGFILE, UNDO, RESOURCE -> StatementKind.ADMIN;
            default ->
                s.isWord(1, Word.SPATIAL) || s.isWord(3, Word.SPATIAL) ? StatementKind.ADMIN : StatementKind.UNKNOWN;
        };
    }

    static boolean hasWord(FoldedStatement s, Word word) {
        for (int token = 0; token < s.tokens(); token++) {
            if (s.kind(token) == Token.WORD && s.isWord(token, word)) {
                return true;
            }
        }
        return false;
    }
}
