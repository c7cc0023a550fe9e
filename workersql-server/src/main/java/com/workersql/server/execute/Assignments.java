// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.LocalAction.Assignment;
import com.workersql.router.LocalAction.SetVariables;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionVariables;
import com.workersql.server.session.TrackingSettings;
import java.util.Set;
import java.util.regex.Pattern;

/** Takes over what a SET has changed, once the server has accepted it: into the session's vector, or as a reason to stay. */
final class Assignments {
    /** Beyond, a session's user variables are not replayed any more but keep it on its connection. */
    private static final int MAX_USER_VARIABLES = 64;

    private static final int MAX_USER_VALUE_CHARS = 1024;

    private static final Pattern NUMBER = Pattern.compile("[-+]?\\s*[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    private static final Pattern CONSTANT = Pattern.compile("(?i)TRUE|FALSE|NULL");

    /** Variables whose value belongs to a moment or to one statement: to replay them would be wrong. */
    private static final Set<String> NOT_REPLAYABLE = Set.of(
            "timestamp",
            "insert_id",
            "rand_seed1",
            "rand_seed2",
            "pseudo_thread_id",
            "pseudo_slave_mode",
            "gtid_next",
            "gtid_seq_no",
            "gtid_domain_id",
            "server_id",
            "profiling",
            "sql_log_bin",
            "debug_sync",
            "skip_replication",
            "wsrep_on");

    private final ClientSession session;
    private final ReplyStatus status;
    private SessionVariables variables;

    private Assignments(ClientSession session, ReplyStatus status) {
        this.session = session;
        this.status = status;
        this.variables = session.variables();
    }

    /** Called before the connection is given back. */
    static void made(ClientSession session, PooledConnection connection, SetVariables set, ReplyStatus status) {
        if (status.isError()) {
            // The assignments in front of the one that failed may have been made.
            connection.state().resetNeeded("SET failed");
            if (set.assignments().size() == 1 && session.tracking().isUnread()) {
                session.tracking().refused();
            }
            return;
        }
        var assignments = new Assignments(session, status);
        set.assignments().forEach(assignments::take);
        session.variables(assignments.variables);
        Setup.note(connection, assignments.variables);
    }

    private void take(Assignment assignment) {
        switch (assignment.scope()) {
            case USER -> user(assignment);
            case NAMES -> {
                keepText();
                variables = assignment.name().equals("names collate")
                        ? variables.with(
                                SessionVariables.NAMES,
                                variables.get(SessionVariables.NAMES) + " COLLATE " + assignment.valueText())
                        : variables.with(SessionVariables.NAMES, assignment.valueText());
            }
            case CHARACTER_SET -> {
                keepText();
                variables = variables.with(SessionVariables.CHARACTER_SET, assignment.valueText());
            }
            case SESSION -> system(assignment);
        }
    }

    private void user(Assignment assignment) {
        String name = SessionVariables.userVariable(assignment.name());
        boolean known = variables.get(name) != null;
        boolean fits = known || variables.userVariables() < MAX_USER_VARIABLES;
        boolean isNull = assignment.valueText().equalsIgnoreCase("NULL");
        boolean isDynamic = session.pins().names(HoldReason.USER_VARIABLE).contains(assignment.name());
        if (fits && isConstant(assignment) && !(isNull && isDynamic)) {
            session.pins().remove(HoldReason.USER_VARIABLE, assignment.name());
            variables = variables.with(name, isNull ? nullBehind(name) : assignment.valueText());
        } else {
            session.pins().add(HoldReason.USER_VARIABLE, assignment.name());
            variables = variables.without(name);
        }
    }

    /** NULL leaves a variable the type that it had, so what it had is assigned in front of it. */
    private String nullBehind(String name) {
        String before = variables.get(name);
        if (before == null || before.endsWith("NULL")) {
            return before == null ? "NULL" : before;
        }
        return before + ", " + name + " = NULL";
    }

    /** A value that is the same wherever and whenever it is assigned. */
    private static boolean isConstant(Assignment assignment) {
        String value = assignment.valueText();
        if (!assignment.literal() || value.length() > MAX_USER_VALUE_CHARS) {
            return false;
        }
        return value.startsWith("'")
                || value.startsWith("\"")
                || NUMBER.matcher(value).matches()
                || CONSTANT.matcher(value).matches();
    }

    private void system(Assignment assignment) {
        String name = assignment.name();
        if (name.equals("last_insert_id") || name.equals("identity")) {
            session.figures().keyMayHaveChanged();
            return;
        }
        if (name.startsWith(TrackingSettings.PREFIX)) {
            // The session's, not its connections': it is read behind the reply.
            return;
        }
        if (name.equals("sql_mode") || SessionVariables.isCharset(name)) {
            keepText();
        }
        String value = assignment.literal()
                ? assignment.valueText()
                : reported(status.changes().variables().get(name));
        if (value == null && session.tracking().isUnread() && !NOT_REPLAYABLE.contains(name)) {
            session.tracking().untold(name);
            return;
        }
        if (NOT_REPLAYABLE.contains(name) && value != null && value.equalsIgnoreCase("DEFAULT")) {
            session.pins().remove(HoldReason.UNKNOWN_STATE, name);
        } else if (value == null || NOT_REPLAYABLE.contains(name)) {
            session.pins().add(HoldReason.UNKNOWN_STATE, name);
        } else {
            variables = variables.with(name, value);
        }
    }

    /** Text that was assigned in another character set or mode is not the same any more when it is assigned again. */
    private void keepText() {
        for (String name : variables.userTexts()) {
            session.pins().add(HoldReason.USER_VARIABLE, name);
            variables = variables.without(SessionVariables.userVariable(name));
        }
    }

    /** The SQL text of a value that session tracking reported. */
    static String reported(String value) {
        if (value == null) {
            return null;
        }
        boolean bare = value.matches("-?[0-9]+(\\.[0-9]+)?|ON|OFF");
        return bare ? value : "'" + value.replace("'", "''") + "'";
    }
}
