// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The session variables that a client has set, in the order of their last assignment, each with the SQL text of its value. They
 * can be given to any connection of the same account: that is what lets a session change its connection between statements.
 *
 * <p>{@code SET NAMES} and {@code SET CHARACTER SET} are kept as the pseudo variables {@link #NAMES} and {@link
 * #CHARACTER_SET}, since the variables behind them depend on one another. Instances are immutable; a change gives a new one.
 */
public final class SessionVariables {
    /** The pseudo variable of {@code SET NAMES}; its value is all that follows the word. */
    public static final String NAMES = "names";

    /** The pseudo variable of {@code SET CHARACTER SET}. */
    public static final String CHARACTER_SET = "character set";

    /** A session that has set nothing. */
    public static final SessionVariables NONE = new SessionVariables(Map.of());

    private final Map<String, String> assignments;
    /** Those of the character set, in order. */
    private final List<String> charsetNames;

    /** The statements that make all of them, once somebody has asked; of the session's loop alone. */
    private List<String> fromNothing;

    private SessionVariables(Map<String, String> assignments) {
        this.assignments = assignments;
        this.charsetNames = assignments.keySet().stream()
                .filter(SessionVariables::isCharset)
                .toList();
    }

    /**
     * All assignments in the order in which they must be made.
     *
     * @return an unmodifiable map of lower-case names to the SQL text of their values
     */
    public Map<String, String> assignments() {
        return assignments;
    }

    /**
     * Whether an assignment would change nothing, so that it needs no server.
     *
     * @param name the variable's name in lower case
     * @param valueText the SQL text of the value
     * @return true when it is the latest assignment of this variable and nothing behind it depends on it
     */
    public boolean has(String name, String valueText) {
        return !isCharset(name) && valueText.equalsIgnoreCase(assignments.get(name));
    }

    /**
     * The text of one variable's value.
     *
     * @param name the variable's name in lower case
     * @return the SQL text, or null when the client has not set it
     */
    public String get(String name) {
        return assignments.get(name);
    }

    /**
     * These variables with one more assignment.
     *
     * @param name the variable's name in lower case
     * @param valueText the SQL text of its value
     * @return a new instance
     */
    public SessionVariables with(String name, String valueText) {
        var next = new LinkedHashMap<>(assignments);
        if (name.equals(NAMES) || name.equals(CHARACTER_SET)) {
            next.keySet().removeIf(SessionVariables::isSetByNames);
        }
        next.remove(name);
        next.put(name, valueText);
        return new SessionVariables(Collections.unmodifiableMap(next));
    }

    /**
     * Whether a connection has this state, and nothing else.
     *
     * @param applied what was assigned on it, in order
     * @return true when nothing has to be assigned
     */
    public boolean areGivenBy(Map<String, String> applied) {
        return applied == assignments || (applied.equals(assignments) && isCharsetOrderKept(applied));
    }

    /**
     * What was assigned on a connection that has this state now, and is overwritten there: {@code SET NAMES} sets what other variables
     * of the character set have set before.
     *
     * @param applied what was assigned on it
     * @return the names of the variables whose assignments are of no meaning any more
     */
    public List<String> overwritten(Map<String, String> applied) {
        return assignments.containsKey(NAMES) || assignments.containsKey(CHARACTER_SET)
                ? applied.keySet().stream()
                        .filter(name -> isSetByNames(name) && !assignments.containsKey(name))
                        .toList()
                : List.of();
    }

    /** The variables of the character set overwrite one another: which of two was assigned later is part of their state. */
    private boolean isCharsetOrderKept(Map<String, String> applied) {
        if (charsetNames.size() < 2) {
            return true;
        }
        var kept = charsetNames.stream().filter(applied::containsKey).iterator();
        for (String name : applied.keySet()) {
            if (isCharset(name) && (!kept.hasNext() || !kept.next().equals(name))) {
                return false;
            }
        }
        return true;
    }

    /**
     * The SET statements that take a connection from its state to this one: one for system variables and, behind it, one for user
     * variables, whose values are read under what the first has set.
     *
     * @param applied what the connection has, in order
     * @return the statements, none when nothing differs, or null when the connection has an assignment that this session does
     *     not have, or a user variable's type that NULL would leave it, so that it must be reset first
     */
    public List<String> differenceFrom(Map<String, String> applied) {
        if (areGivenBy(applied)) {
            return List.of();
        }
        if (applied.isEmpty()) {
            if (fromNothing == null) {
                fromNothing = statements(applied);
            }
            return fromNothing;
        }
        return assignments.keySet().containsAll(applied.keySet()) ? statements(applied) : null;
    }

    private List<String> statements(Map<String, String> applied) {
        var system = new StringBuilder();
        var user = new StringBuilder();
        boolean charsetChanged = !isCharsetOrderKept(applied);
        for (var assignment : assignments.entrySet()) {
            String name = assignment.getKey();
            boolean differs = !assignment.getValue().equals(applied.get(name));
            if (differs && isUserVariable(name) && assignment.getValue().equals("NULL") && applied.containsKey(name)) {
                return null;
            }
            // An earlier SET NAMES overwrites what was set after it, so everything of that family follows again.
            if (differs || (charsetChanged && isCharset(name))) {
                charsetChanged |= isCharset(name);
                append(isUserVariable(name) ? user : system, name, assignment.getValue());
            }
        }
        return Stream.of(system, user)
                .filter(sql -> sql.length() > 0)
                .map(StringBuilder::toString)
                .toList();
    }

    /**
     * The user variables whose value is text, which was read in a character set and an {@code sql_mode}: a change of those would
     * change what a replay gives.
     *
     * @return their names without the sign
     */
    public List<String> userTexts() {
        return assignments.entrySet().stream()
                .filter(entry -> isUserVariable(entry.getKey())
                        && (entry.getValue().startsWith("'") || entry.getValue().startsWith("\"")))
                .map(entry ->
                        entry.getKey().substring(2, entry.getKey().length() - 1).replace("``", "`"))
                .toList();
    }

    /**
     * How many user variables there are.
     *
     * @return those that can be replayed
     */
    public int userVariables() {
        return (int) assignments.keySet().stream()
                .filter(SessionVariables::isUserVariable)
                .count();
    }

    /**
     * These variables without one.
     *
     * @param name the variable's name
     * @return a new instance, or this one when there is none by that name
     */
    public SessionVariables without(String name) {
        if (!assignments.containsKey(name)) {
            return this;
        }
        var next = new LinkedHashMap<>(assignments);
        next.remove(name);
        return new SessionVariables(Collections.unmodifiableMap(next));
    }

    /**
     * The name under which a user variable is kept.
     *
     * @param name without the sign, in lower case
     * @return the name as SQL text
     */
    public static String userVariable(String name) {
        return "@`" + name.replace("`", "``") + "`";
    }

    private static void append(StringBuilder sql, String name, String valueText) {
        sql.append(sql.length() == 0 ? "SET " : ", ");
        if (name.equals(NAMES)) {
            sql.append("NAMES ").append(valueText);
        } else if (name.equals(CHARACTER_SET)) {
            sql.append("CHARACTER SET ").append(valueText);
        } else if (isUserVariable(name)) {
            sql.append(name).append(" = ").append(valueText);
        } else {
            sql.append("SESSION ").append(name).append(" = ").append(valueText);
        }
    }

    /** Whether a variable is one of those that {@code SET NAMES} and {@code SET CHARACTER SET} set. */
    private static boolean isSetByNames(String name) {
        return switch (name) {
            case NAMES,
                    CHARACTER_SET,
                    "character_set_client",
                    "character_set_connection",
                    "character_set_results",
                    "collation_connection" -> true;
            default -> false;
        };
    }

    private static boolean isUserVariable(String name) {
        return name.charAt(0) == '@';
    }

    /**
     * Whether a variable decides how text is read and written.
     *
     * @param name in lower case
     * @return true for NAMES, CHARACTER SET and the variables behind them
     */
    public static boolean isCharset(String name) {
        return name.equals(NAMES)
                || name.equals(CHARACTER_SET)
                || name.startsWith("character_set_")
                || name.equals("collation_connection");
    }
}
