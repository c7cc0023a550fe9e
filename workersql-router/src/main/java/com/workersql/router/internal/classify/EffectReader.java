// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.SessionEffect;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Finds what a statement may leave in its connection's session, or need of it. */
final class EffectReader {

    private EffectReader() {}

    static Set<SessionEffect> effects(FoldedStatement s, StatementKind kind) {
        EnumSet<SessionEffect> effects = EnumSet.noneOf(SessionEffect.class);
        ofKind(kind, effects);
        boolean definition = kind.isDdl() || kind == StatementKind.ACCOUNT;
        if (hasTables(s, kind)) {
            effects.add(SessionEffect.TABLES);
        }
        if ((kind != StatementKind.SELECT && KindReader.hasWord(s, Word.SELECT)) || changesJoin(s, kind)) {
            effects.add(SessionEffect.QUERY);
        }
        boolean into = false;
        for (int token = 0; token < s.tokens(); token++) {
            if (LockNames.isCall(s, token)) {
                effects.add(SessionEffect.LOCK_NAME_USED);
            }
            switch (s.kind(token)) {
                case Token.USER_VARIABLE -> {
                    if (!definition) {
                        boolean written = s.isMark(token + 1, Token.ASSIGN)
                                || into
                                || (kind == StatementKind.SET && s.isMark(token + 1, '='));
                        effects.add(written ? SessionEffect.USER_VARIABLE : SessionEffect.USER_VARIABLE_USED);
                    }
                }
                case Token.SYSTEM_VARIABLE -> systemVariable(s, token, effects);
                case Token.WORD -> {
                    into |= s.isWord(token, Word.INTO);
                    word(s, token, effects);
                }
                case Token.QUOTED -> {
                    currentValue(s, token, effects);
                    if (s.isMark(token + 1, '(') && Functions.isCall(s, token)) {
                        effects.add(SessionEffect.CALL);
                    }
                }
                default -> {}
            }
        }
        if (kind != StatementKind.SELECT) {
            effects.remove(SessionEffect.OTHER_FOUND_ROWS);
        } else if (effects.contains(SessionEffect.TABLES) && Aggregates.mayMakeOneRow(s)) {
            effects.add(SessionEffect.AGGREGATE);
        }
        return effects;
    }

    /** Whether an UPDATE or DELETE names several tables, which servers run as a query. */
    private static boolean changesJoin(FoldedStatement s, StatementKind kind) {
        if (kind == StatementKind.UPDATE) {
            for (int token = 1; token < s.tokens() && !s.isWord(token, Word.SET); token++) {
                if (s.isMark(token, ',') || s.isWord(token, Word.JOIN) || s.isWord(token, Word.STRAIGHT_JOIN)) {
                    return true;
                }
            }
        }
        // A DELETE whose tables do not follow FROM at once names those that it deletes from among those that it joins.
        return kind == StatementKind.DELETE
                && (KindReader.hasWord(s, Word.USING) || KindReader.hasWord(s, Word.JOIN) || !deletesFromOne(s));
    }

    private static boolean deletesFromOne(FoldedStatement s) {
        int token = 0;
        while (token < s.tokens() && !s.isWord(token, Word.DELETE)) {
            token++;
        }
        do {
            token++;
        } while (s.isWord(token, Word.LOW_PRIORITY) || s.isWord(token, Word.QUICK) || s.isWord(token, Word.IGNORE));
        return s.isWord(token, Word.FROM);
    }

    private static boolean hasTables(FoldedStatement s, StatementKind kind) {
        return switch (kind) {
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SET_TRANSACTION, SET_ROLE, USE, KILL, HELP -> false;
            case SHOW_DIAGNOSTICS, DIAGNOSTICS, SHOW_GATEWAY, EXPLAIN_ROUTE, XA, UNLOCK_TABLES -> false;
            case SELECT, VALUES, DO, SET, EXPLAIN -> hasFrom(s);
            case DEALLOCATE, PREPARE, EXECUTE, FLUSH -> false;
            default -> true;
        };
    }

    /** Whether a FROM stands at the level of a SELECT, rather than in EXTRACT, TRIM or SUBSTRING. */
    private static boolean hasFrom(FoldedStatement s) {
        if (s.isWord(0, Word.TABLE) || s.isWord(1, Word.TABLE)) {
            return true;
        }
        for (int token = 1; token < s.tokens(); token++) {
            if (s.isWord(token, Word.FROM)) {
                int depth = 0;
                for (int before = token - 1; before >= 0 && depth <= 0; before--) {
                    if (s.isMark(before, ')')) {
                        depth--;
                    } else if (s.isMark(before, '(')) {
                        depth++;
                    } else if (depth == 0 && (s.isWord(before, Word.SELECT) || s.isWord(before, Word.DELETE))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static void ofKind(StatementKind kind, Set<SessionEffect> effects) {
        switch (kind) {
            case BEGIN -> {
                effects.add(SessionEffect.TRANSACTION);
                effects.add(SessionEffect.IMPLICIT_COMMIT);
            }
            case COMMIT, ROLLBACK, SAVEPOINT -> effects.add(SessionEffect.TRANSACTION);
            case SET, SET_TRANSACTION -> effects.add(SessionEffect.SESSION_VARIABLE);
            case SET_ROLE -> effects.add(SessionEffect.SET_ROLE);
            case USE -> effects.add(SessionEffect.SCHEMA);
            case XA -> {
                effects.add(SessionEffect.XA);
                effects.add(SessionEffect.TRANSACTION);
            }
            case HANDLER -> effects.add(SessionEffect.HANDLER);
            case CALL -> effects.add(SessionEffect.CALL);
            case PREPARE, EXECUTE, EXECUTE_IMMEDIATE, DEALLOCATE -> effects.add(SessionEffect.TEXT_PREPARE);
            case LOCK_TABLES -> {
                effects.add(SessionEffect.LOCK_TABLES);
                effects.add(SessionEffect.IMPLICIT_COMMIT);
            }
            case UNLOCK_TABLES -> {
                effects.add(SessionEffect.UNLOCK_TABLES);
                effects.add(SessionEffect.IMPLICIT_COMMIT);
            }
            case FLUSH -> {
                effects.add(SessionEffect.IMPLICIT_COMMIT);
                effects.add(SessionEffect.GLOBAL_READ_LOCK);
                effects.add(SessionEffect.LOCK_TABLES);
            }
            case CREATE_TEMPORARY_TABLE, DROP_TEMPORARY_TABLE -> effects.add(SessionEffect.TEMPORARY_TABLE);
            case TABLE_MAINTENANCE, ACCOUNT -> effects.add(SessionEffect.IMPLICIT_COMMIT);
            case DIAGNOSTICS, SHOW_DIAGNOSTICS -> effects.add(SessionEffect.DIAGNOSTICS_USED);
            case COMPOUND, UNKNOWN, ADMIN, MULTIPLE -> effects.add(SessionEffect.UNKNOWN_STATE);
            default -> {
                if (kind.isDdl()) {
                    effects.add(SessionEffect.IMPLICIT_COMMIT);
                }
            }
        }
        if (kind == StatementKind.DROP_TABLE) {
            // It drops a temporary table of that name where there is one.
            effects.add(SessionEffect.TEMPORARY_TABLE);
        }
    }

    private static void systemVariable(FoldedStatement s, int token, Set<SessionEffect> effects) {
        int last = token;
        while (s.isMark(last + 1, '.') && s.isName(last + 2)) {
            last += 2;
        }
        String name = s.text(last).toLowerCase(Locale.ROOT).replace("@", "").replace("`", "");
        switch (name) {
            case "last_insert_id", "identity" -> effects.add(SessionEffect.LAST_INSERT_ID_USED);
            case "warning_count", "error_count" -> effects.add(SessionEffect.DIAGNOSTICS_USED);
            default -> {}
        }
        if (s.isMark(last + 1, Token.ASSIGN)) {
            effects.add(SessionEffect.SESSION_VARIABLE);
        }
    }

    private static void word(FoldedStatement s, int token, Set<SessionEffect> effects) {
        boolean call = s.isMark(token + 1, '(');
        switch (s.word(token)) {
            case CURRENT_USER -> {
                if (!s.isMark(token - 1, '.')) {
                    effects.add(SessionEffect.IDENTITY_USED);
                }
            }
            case SQL_CALC_FOUND_ROWS -> effects.add(SessionEffect.FOUND_ROWS);
            case OFFSET, UNION, EXCEPT, INTERSECT, MINUS, INTO, PROCEDURE ->
                effects.add(SessionEffect.OTHER_FOUND_ROWS);
            case LIMIT -> {
                if (s.isMark(token + 2, ',')) {
                    effects.add(SessionEffect.OTHER_FOUND_ROWS);
                }
            }
            case FOR -> {
                Word next = s.word(token + 1);
                if (next == Word.UPDATE || next == Word.SHARE) {
                    effects.add(SessionEffect.ROW_LOCK);
                }
            }
            case LOCK -> {
                if (s.isWord(token + 1, Word.IN)) {
                    effects.add(SessionEffect.ROW_LOCK);
                }
            }
            case NEXT -> {
                if (s.isWord(token + 1, Word.VALUE)) {
                    effects.add(SessionEffect.SEQUENCE);
                }
            }
            case PREVIOUS -> {
                if (s.isWord(token + 1, Word.VALUE)) {
                    effects.add(SessionEffect.SEQUENCE);
                    effects.add(SessionEffect.SEQUENCE_VALUE_USED);
                }
            }
            case LAST_INSERT_ID -> {
                if (call) {
                    effects.add(
                            s.isMark(token + 2, ')')
                                    ? SessionEffect.LAST_INSERT_ID_USED
                                    : SessionEffect.LAST_INSERT_ID);
                }
            }
            default -> {
                if (call) {
                    function(s, token, effects);
                } else {
                    currentValue(s, token, effects);
                }
            }
        }
    }

    /** With sql_mode ORACLE the last part of a name can be what is asked of a sequence, also within quotes. */
    private static void currentValue(FoldedStatement s, int token, Set<SessionEffect> effects) {
        if (s.isMark(token - 1, '.') && SequenceNames.isCurrentValue(s, token)) {
            effects.add(SessionEffect.SEQUENCE_VALUE_USED);
        }
    }

    private static void function(FoldedStatement s, int token, Set<SessionEffect> effects) {
        switch (s.word(token)) {
            case GET_LOCK,
                    RELEASE_LOCK,
                    RELEASE_ALL_LOCKS,
                    SERVICE_GET_READ_LOCKS,
                    SERVICE_GET_WRITE_LOCKS,
                    SERVICE_RELEASE_LOCKS,
                    VERSION_TOKENS_LOCK_SHARED,
                    VERSION_TOKENS_LOCK_EXCLUSIVE,
                    VERSION_TOKENS_UNLOCK -> effects.add(SessionEffect.USER_LOCK);
            case CONNECTION_ID, USER, SESSION_USER, SYSTEM_USER, VERSION -> {
                if (s.isMark(token + 2, ')') && !s.isMark(token - 1, '.')) {
                    effects.add(SessionEffect.IDENTITY_USED);
                }
            }
            case ROW_COUNT -> effects.add(SessionEffect.ROW_COUNT_USED);
            case FOUND_ROWS -> effects.add(SessionEffect.FOUND_ROWS_USED);
            case NEXTVAL, LASTVAL, SETVAL -> {
                if (!s.isMariaDb()) {
                    stored(s, token, effects);
                    return;
                }
                effects.add(SessionEffect.SEQUENCE);
                if (s.isWord(token, Word.LASTVAL)) {
                    effects.add(SessionEffect.SEQUENCE_VALUE_USED);
                }
            }
            default -> stored(s, token, effects);
        }
    }

    private static void stored(FoldedStatement s, int token, Set<SessionEffect> effects) {
        if (Functions.isCall(s, token) && !Functions.isBuiltIn(s, token)) {
            effects.add(SessionEffect.CALL);
        }
    }
}
