// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;

/**
 * Writes a statement with values in the place of the session functions that only the session knows. A column keeps the name
 * that its text would have given it.
 */
public final class SessionValues {

    private final FoldedStatement s;
    private final Function<SessionFunction, String> values;
    /** Put before the names of user locks; null to leave them. */
    private final String lockPrefix;

    private final ByteArrayOutputStream out;
    private int copied;
    private boolean changed;
    private boolean regionChanged;

    private SessionValues(FoldedStatement s, Function<SessionFunction, String> values, String lockPrefix) {
        this.s = s;
        this.values = values;
        this.lockPrefix = lockPrefix;
        this.out = new ByteArrayOutputStream(s.length() + 64);
        this.copied = s.offset();
    }

    /**
     * {@return the text with values, or null where nothing was to be replaced}
     *
     * @param s the statement with all its tokens, nested no deeper than {@link FoldedStatement#MAX_NESTING}
     * @param values gives the SQL expression for a function in ASCII, null to leave it as it is
     * @param lockPrefix put before the names of user locks, in ASCII without quotes; null to leave them as they are
     */
    public static byte[] write(FoldedStatement s, Function<SessionFunction, String> values, String lockPrefix) {
        if (s.isTooDeep() || s.isInvalid()) {
            return null;
        }
        SessionValues writer = new SessionValues(s, values, lockPrefix);
        for (int token = 0; token < s.tokens(); token++) {
            token = writer.region(token, false);
        }
        if (!writer.changed) {
            return null;
        }
        writer.copyTo(s.offset() + s.length());
        return writer.out.toByteArray();
    }

    /**
     * Writes up to the parenthesis that closes what begins here; returns its token.
     *
     * @param isLock whether what begins here are the arguments of a function that takes the name of a lock first
     */
    private int region(int first, boolean isLock) {
        boolean inName = isLock;
        if (isLock) {
            copyTo(s.start(first));
            write("CONCAT('" + lockPrefix + "', ");
            changed = true;
        }
        boolean anyChanged = false;
        boolean itemChanged = false;
        int item = -1;
        int token = first;
        while (token < s.tokens() && !s.isMark(token, ')') && !s.isMark(token, '}')) {
            boolean comma = s.isMark(token, ',');
            if (inName && comma) {
                copyTo(s.start(token));
                write(")");
                inName = false;
            }
            if (item >= 0 && (comma || endsItems(token))) {
                if (itemChanged) {
                    name(item, token);
                }
                itemChanged = false;
                item = comma ? token + 1 : -1;
            }
            boolean now;
            if (s.isMark(token, '(') || s.isMark(token, '{')) {
                boolean lock = lockPrefix != null && s.isMark(token, '(') && LockNames.isCall(s, token - 1);
                token = region(token + 1, lock && token + 1 < s.tokens());
                now = regionChanged || lock;
            } else {
                if (s.isWord(token, Word.SELECT)) {
                    item = token + 1;
                    while (isModifier(item)) {
                        item++;
                    }
                    itemChanged = false;
                }
                now = replace(token);
            }
            itemChanged |= now;
            anyChanged |= now;
            token++;
        }
        if (item >= 0 && itemChanged) {
            name(item, Math.min(token, s.tokens()));
        }
        if (inName && token < s.tokens()) {
            copyTo(s.start(token));
            write(")");
        }
        regionChanged = anyChanged;
        return token;
    }

    private void copyTo(int end) {
        s.copy(copied, end, out);
        copied = end;
    }

    private void write(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private boolean replace(int token) {
        int last = token;
        SessionFunction function = null;
        if (s.kind(token) == Token.WORD && !s.isMark(token - 1, '.')) {
            function = switch (s.word(token)) {
                case ROW_COUNT -> SessionFunction.ROW_COUNT;
                case FOUND_ROWS -> SessionFunction.FOUND_ROWS;
                case CONNECTION_ID -> SessionFunction.CONNECTION_ID;
                case USER, SESSION_USER, SYSTEM_USER -> SessionFunction.USER;
                case CURRENT_USER -> SessionFunction.CURRENT_USER;
                case VERSION -> SessionFunction.VERSION;
                default -> null;
            };
            if (function != null && s.isMark(token + 1, '(') && s.isMark(token + 2, ')')) {
                last = token + 2;
            } else if (function != SessionFunction.CURRENT_USER || s.isMark(token + 1, '(')) {
                return false;
            }
        }
        if (s.kind(token) == Token.SYSTEM_VARIABLE) {
            while (s.isMark(last + 1, '.') && s.isName(last + 2)) {
                last += 2;
            }
            function = variable(s.text(last));
        }
        String value = function == null ? null : values.apply(function);
        if (value == null) {
            return false;
        }
        copyTo(s.start(token));
        write(value);
        copied = s.end(last);
        changed = true;
        return true;
    }

    private static SessionFunction variable(String text) {
        return switch (text.toLowerCase(Locale.ROOT).replace("@", "").replace("`", "")) {
            case "warning_count" -> SessionFunction.WARNING_COUNT;
            case "error_count" -> SessionFunction.ERROR_COUNT;
            default -> null;
        };
    }

    /** Gives an item without a name of its own the name that its text was. */
    private void name(int from, int to) {
        if (from >= to || hasName(from, to)) {
            return;
        }
        copyTo(Math.max(copied, s.end(to - 1)));
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        s.copy(s.start(from), s.end(to - 1), name);
        write(" AS `");
        for (byte b : name.toByteArray()) {
            out.write(b);
            if (b == '`') {
                out.write(b);
            }
        }
        write("`");
    }

    private boolean hasName(int from, int to) {
        int last = to - 1;
        if (last == from) {
            return false;
        }
        if (s.isWord(last - 1, Word.AS)) {
            return true;
        }
        boolean nameable = s.kind(last) == Token.QUOTED
                || s.kind(last) == Token.STRING
                || (s.kind(last) == Token.WORD && !endsExpression(s.word(last)));
        return nameable && (s.isMark(last - 1, ')') || (s.kind(last - 1) != Token.MARK && !isOperator(last - 1)));
    }

    private static boolean endsExpression(Word word) {
        return switch (word) {
            case NULL, TRUE, FALSE, END, CURRENT_USER -> true;
            default -> false;
        };
    }

    private boolean isOperator(int token) {
        if (s.kind(token) != Token.WORD) {
            return false;
        }
        return switch (s.word(token)) {
            case AND, OR, XOR, NOT, IN, IS, LIKE, BETWEEN, COLLATE, BINARY, CASE, WHEN, THEN, ELSE -> true;
            default ->
                switch (s.text(token).toUpperCase(Locale.ROOT)) {
                    case "DIV", "MOD", "REGEXP", "RLIKE", "SOUNDS", "ESCAPE", "INTERVAL" -> true;
                    default -> false;
                };
        };
    }

    private boolean isModifier(int token) {
        if (s.kind(token) != Token.WORD) {
            return false;
        }
        return switch (s.word(token)) {
            case DISTINCT, ALL, HIGH_PRIORITY, STRAIGHT_JOIN, SQL_CALC_FOUND_ROWS -> true;
            default -> s.text(token).toUpperCase(Locale.ROOT).startsWith("SQL_");
        };
    }

    private boolean endsItems(int token) {
        return switch (s.word(token)) {
            case FROM, INTO, WHERE, GROUP, HAVING, ORDER, LIMIT, UNION, EXCEPT, INTERSECT, WINDOW, PROCEDURE -> true;
            case FOR, LOCK -> !s.isMark(token - 1, '.');
            default -> false;
        };
    }
}
