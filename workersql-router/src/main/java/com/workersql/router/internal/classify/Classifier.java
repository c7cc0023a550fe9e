// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.LocalAction;
import com.workersql.router.PermissionClass;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.classify.Verdict.Route;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.EnumSet;
import java.util.Set;

/** Says from the tokens alone what a statement is, and what is to be done about it. */
public final class Classifier {

    private static final int MAX_FINGERPRINT_CHARS = 4096;

    private static final Set<SessionEffect> NOT_READING = EnumSet.of(
            SessionEffect.LOCK_NAME_USED,
            SessionEffect.USER_LOCK,
            SessionEffect.CALL,
            SessionEffect.SEQUENCE,
            SessionEffect.ROW_LOCK,
            SessionEffect.UNKNOWN_STATE);

    private Classifier() {}

    /**
     * {@return the verdict on a statement}
     *
     * @param s the statement
     */
    public static Verdict classify(FoldedStatement s) {
        if (s.statements() > 1) {
            return several(s);
        }
        StatementInfo info = info(s, KindReader.kind(s));
        if (info.kind() == StatementKind.EMPTY) {
            return Verdict.refused(info, 1065, "42000", "Query was empty");
        }
        if (s.isTooDeep()) {
            return unsupported(info, "nesting deeper than " + FoldedStatement.MAX_NESTING);
        }
        if (s.isDoubtful()) {
            return unsupported(info, "a versioned comment that servers read in different ways");
        }
        String forbidden = Forbidden.construct(s, info.kind());
        if (forbidden != null) {
            return Verdict.refused(info, 1227, "42000", "Access denied; " + forbidden + " is not allowed here");
        }
        return verdict(s, info);
    }

    private static Verdict several(FoldedStatement s) {
        StatementKind program = program(s);
        if (program != null) {
            return unsupported(
                    info(s, program),
                    program == StatementKind.COMPOUND
                            ? "compound statements outside stored programs"
                            : "stored programs with a body of several statements");
        }
        StatementInfo info = info(s, StatementKind.MULTIPLE);
        if (s.isTooDeep()) {
            return unsupported(info, "nesting deeper than " + FoldedStatement.MAX_NESTING);
        }
        if (s.isDoubtful()) {
            return unsupported(info, "a versioned comment that servers read in different ways");
        }
        return s.isInvalid()
                ? unsupported(info, "several statements in a text that could not be read")
                : Verdict.route(info, Route.SEVERAL);
    }

    /** {@return the kind of a statement of the text whose body may hold semicolons of its own, or null} */
    private static StatementKind program(FoldedStatement s) {
        StatementKind first = KindReader.kind(s);
        if (hasBody(first)) {
            return first;
        }
        for (int token = 1; token < s.tokens(); token++) {
            if (!s.isMark(token, ';')) {
                continue;
            }
            switch (s.word(token + 1)) {
                case CREATE, ALTER -> {
                    for (int i = token + 2; i < s.tokens() && !s.isMark(i, ';'); i++) {
                        switch (s.word(i)) {
                            case PROCEDURE, FUNCTION, TRIGGER, EVENT, PACKAGE -> {
                                return StatementKind.CREATE_ROUTINE;
                            }
                            default -> {}
                        }
                    }
                }
                case BEGIN -> {
                    int next = token + 2;
                    if (next < s.tokens() && !s.isMark(next, ';') && !s.isWord(next, Word.WORK)) {
                        return StatementKind.COMPOUND;
                    }
                }
                case IF, CASE, LOOP, WHILE, REPEAT, FOR, DECLARE -> {
                    return StatementKind.COMPOUND;
                }
                default -> {}
            }
        }
        return null;
    }

    private static boolean hasBody(StatementKind kind) {
        return switch (kind) {
            case COMPOUND, CREATE_ROUTINE, CREATE_TRIGGER, CREATE_EVENT, ALTER_OBJECT -> true;
            default -> false;
        };
    }

    private static Verdict verdict(FoldedStatement s, StatementInfo info) {
        return switch (info.kind()) {
            case BEGIN, COMMIT, ROLLBACK, USE, KILL, SHOW_DIAGNOSTICS, SHOW_GATEWAY, EXPLAIN_ROUTE, SET_TRANSACTION ->
                LocalReader.read(s, info);
            case SET -> SetReader.read(s, info);
            case SELECT -> {
                LocalAction action = LocalReader.sessionFunctions(s);
                yield action == null ? Verdict.route(info, Route.ANALYSE) : Verdict.local(info, action);
            }
            case PREPARE, EXECUTE_IMMEDIATE -> prepared(s, info);
            case SAVEPOINT, EXECUTE, DEALLOCATE, UNLOCK_TABLES, DIAGNOSTICS, HELP, SET_ROLE ->
                Verdict.route(info, Route.SESSION);
            case SHOW -> {
                LocalAction list = LocalReader.processList(s);
                yield list == null ? Verdict.route(info, Route.NAMES) : Verdict.local(info, list);
            }
            case LOCK_TABLES, HANDLER, TABLE_MAINTENANCE -> Verdict.route(info, Route.NAMES);
            case COMPOUND -> unsupported(info, "compound statements outside stored programs");
            default -> Verdict.route(info, Route.ANALYSE);
        };
    }

    private static Verdict prepared(FoldedStatement s, StatementInfo info) {
        int text = info.kind() == StatementKind.EXECUTE_IMMEDIATE ? 2 : 3;
        boolean ends = info.kind() == StatementKind.PREPARE
                ? s.tokens() == 4 && s.isWord(2, Word.FROM)
                : s.tokens() == 3 || s.isWord(3, Word.USING);
        if (s.kind(text) != Token.STRING || !ends) {
            return unsupported(
                    info,
                    info.kind() == StatementKind.PREPARE
                            ? "PREPARE from anything but a literal"
                            : "EXECUTE IMMEDIATE of anything but a literal");
        }
        return Verdict.inner(info, text);
    }

    static Verdict unsupported(StatementInfo info, String what) {
        return Verdict.refused(info, 1235, "42000", "This gateway doesn't yet support '" + what + "'");
    }

    private static StatementInfo info(FoldedStatement s, StatementKind kind) {
        Set<SessionEffect> effects = EffectReader.effects(s, kind);
        PermissionClass permission = permission(s, kind, effects);
        boolean reads = permission == PermissionClass.READ && isReading(kind) && !s.isInvalid();
        for (SessionEffect effect : effects) {
            reads &= !NOT_READING.contains(effect);
        }
        return new StatementInfo(kind, reads, permission, effects, s.fingerprint(MAX_FINGERPRINT_CHARS, !kind.isDdl()));
    }

    private static boolean isReading(StatementKind kind) {
        return switch (kind) {
            case SELECT, VALUES, SHOW, SHOW_DIAGNOSTICS, SHOW_GATEWAY, EXPLAIN, EXPLAIN_ROUTE, HELP, DO -> true;
            default -> false;
        };
    }

    private static PermissionClass permission(FoldedStatement s, StatementKind kind, Set<SessionEffect> effects) {
        return switch (kind) {
            case SELECT, VALUES, DO ->
                effects.contains(SessionEffect.ROW_LOCK)
                                || effects.contains(SessionEffect.CALL)
                                || effects.contains(SessionEffect.SEQUENCE)
                        ? PermissionClass.WRITE
                        : PermissionClass.READ;
            case EXPLAIN ->
                KindReader.hasWord(s, Word.ANALYZE) && hasWrite(s) ? PermissionClass.WRITE : PermissionClass.READ;
            case INSERT,
                    REPLACE,
                    UPDATE,
                    DELETE,
                    CALL,
                    LOAD_DATA,
                    LOCK_TABLES,
                    HANDLER,
                    PREPARE,
                    EXECUTE_IMMEDIATE,
                    XA -> PermissionClass.WRITE;
            case ACCOUNT, ADMIN, FLUSH, COMPOUND, MULTIPLE -> PermissionClass.ADMIN;
            case UNKNOWN -> PermissionClass.DDL;
            case TABLE_MAINTENANCE -> PermissionClass.DDL;
            default -> kind.isDdl() ? PermissionClass.DDL : PermissionClass.READ;
        };
    }

    private static boolean hasWrite(FoldedStatement s) {
        return KindReader.hasWord(s, Word.INSERT)
                || KindReader.hasWord(s, Word.UPDATE)
                || KindReader.hasWord(s, Word.DELETE)
                || KindReader.hasWord(s, Word.REPLACE);
    }
}
