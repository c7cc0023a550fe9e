// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.router.ParameterValue;
import com.workersql.server.session.SqlModes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Brings the parameters of a request to the form that servers bind: {@code ?} and a list of values. A scan that knows string
 * literals, quoted names and comments, and nothing else of SQL.
 */
public final class Placeholders {
    private final String sql;
    private final SqlModes modes;
    private int index;

    /**
     * A statement that is ready to be prepared.
     *
     * @param sql its text, with {@code ?} only
     * @param values one for each placeholder
     */
    public record BoundStatement(String sql, List<ParameterValue> values) {}

    private Placeholders(String sql, SqlModes modes) {
        this.sql = sql;
        this.modes = modes;
    }

    /**
     * Binds.
     *
     * @param request the request
     * @param modes how the session's servers read quotes
     * @return what to prepare, and with what
     * @throws Refusal when values and placeholders do not match
     */
    public static BoundStatement bind(QueryRequest request, SqlModes modes) throws Refusal {
        if (request.parameters() instanceof QueryRequest.Named named) {
            return new Placeholders(request.sql(), modes).named(named.values());
        }
        var values = ((QueryRequest.Positional) request.parameters()).values();
        int count = count(request.sql(), modes);
        if (count != values.size()) {
            throw Refusal.malformed(
                    "\"params\" has " + values.size() + " values, the statement has " + count + " placeholders");
        }
        return new BoundStatement(request.sql(), values);
    }

    /**
     * How many placeholders a statement has.
     *
     * @param sql the text
     * @param modes how the session's servers read quotes
     * @return the number of its {@code ?}
     */
    public static int count(String sql, SqlModes modes) {
        return sql.indexOf('?') < 0 ? 0 : new Placeholders(sql, modes).count();
    }

    /**
     * Which parameters a statement wants by their names.
     *
     * @param sql the text
     * @param modes how the session's servers read quotes
     * @return each name once, in the order of the text; empty where the text has a {@code ?}, since it wants a list then
     */
    public static List<String> names(String sql, SqlModes modes) {
        return sql.indexOf(':') < 0 || count(sql, modes) > 0 ? List.of() : new Placeholders(sql, modes).names();
    }

    private List<String> names() {
        var names = new LinkedHashSet<String>();
        while (index < sql.length()) {
            if (skipped()) {
                continue;
            }
            int nameEnd = sql.charAt(index) == ':' ? nameEnd() : index;
            if (nameEnd > index + 1) {
                names.add(sql.substring(index + 1, nameEnd));
                index = nameEnd;
            } else {
                index++;
            }
        }
        return List.copyOf(names);
    }

    private int count() {
        int count = 0;
        while (index < sql.length()) {
            if (!skipped()) {
                count += sql.charAt(index++) == '?' ? 1 : 0;
            }
        }
        return count;
    }

    private BoundStatement named(Map<String, ParameterValue> values) throws Refusal {
        var text = new StringBuilder(sql.length());
        var bound = new ArrayList<ParameterValue>();
        var used = new HashSet<String>();
        int copied = 0;
        while (index < sql.length()) {
            if (skipped()) {
                continue;
            }
            char c = sql.charAt(index);
            if (c == '?') {
                throw Refusal.malformed("the statement has a ? at character " + (index + 1)
                        + ", but \"params\" is an object; use :name or an array");
            }
            int nameEnd = c == ':' ? nameEnd() : index;
            if (nameEnd > index + 1) {
                var name = sql.substring(index + 1, nameEnd);
                var value = values.get(name);
                if (value == null) {
                    throw Refusal.malformed("\"params\" has no value for :" + name);
                }
                used.add(name);
                bound.add(value);
                text.append(sql, copied, index).append('?');
                copied = nameEnd;
                index = nameEnd;
            } else {
                index++;
            }
        }
        for (var name : values.keySet()) {
            if (!used.contains(name)) {
                throw Refusal.malformed("the statement has no placeholder for the \"params\" member " + name);
            }
        }
        return new BoundStatement(text.append(sql, copied, sql.length()).toString(), bound);
    }

    /** Where the name behind a colon ends; directly behind the colon when it begins no name. */
    private int nameEnd() {
        int end = index + 1;
        while (end < sql.length() && (isNameStart(sql.charAt(end)) || (end > index + 1 && isDigit(sql.charAt(end))))) {
            end++;
        }
        return end;
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Passes over a literal, a quoted name or a comment that begins here. */
    private boolean skipped() {
        char c = sql.charAt(index);
        switch (c) {
            case '\'' -> skipQuoted(c, !modes.noBackslashEscapes());
            case '"' -> skipQuoted(c, !modes.ansiQuotes() && !modes.noBackslashEscapes());
            case '`' -> skipQuoted(c, false);
            case '#' -> skipLine();
            case '-' -> {
                if (!isDashComment()) {
                    return false;
                }
                skipLine();
            }
            case '/' -> {
                // The text of an executable comment is part of the statement; only its opening is passed over.
                if (!sql.startsWith("/*", index) || sql.startsWith("/*!", index) || sql.startsWith("/*M!", index)) {
                    return false;
                }
                int end = sql.indexOf("*/", index + 2);
                index = end < 0 ? sql.length() : end + 2;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void skipQuoted(char quote, boolean backslashEscapes) {
        index++;
        while (index < sql.length()) {
            char c = sql.charAt(index++);
            if (c == '\\' && backslashEscapes) {
                index++;
            } else if (c == quote) {
                // A doubled quote goes on as another literal that begins at once, which comes to the same.
                return;
            }
        }
        index = sql.length();
    }

    /** Two dashes begin a comment only when white space, a control character or the end follows. */
    private boolean isDashComment() {
        return sql.startsWith("--", index) && (index + 2 >= sql.length() || sql.charAt(index + 2) <= ' ');
    }

    private void skipLine() {
        int end = sql.indexOf('\n', index);
        index = end < 0 ? sql.length() : end + 1;
    }
}
