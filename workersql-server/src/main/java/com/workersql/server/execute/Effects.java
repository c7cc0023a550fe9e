// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.router.NamedEffect;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.Pins;
import com.workersql.server.session.SessionVariables;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Settles after each statement for what reasons the session keeps its connection. Two witnesses are heard: the text, as the
 * router reads it, and the server's session tracking; one of them is enough to keep it.
 */
final class Effects {
    /** Effects that nothing but a reset, or the end of the connection, undoes. */
    private static final Map<SessionEffect, HoldReason> LASTING = Map.of(
            SessionEffect.CALL, HoldReason.CALL,
            SessionEffect.XA, HoldReason.XA,
            SessionEffect.SET_ROLE, HoldReason.ROLE,
            SessionEffect.UNKNOWN_STATE, HoldReason.UNKNOWN_STATE);

    private static final Set<SessionEffect> ALL_LASTING =
            SessionEffect.setOf(LASTING.keySet().toArray(SessionEffect[]::new));

    /** Effects whose names are worth reading the text once more. */
    private static final Set<SessionEffect> NAMED = SessionEffect.setOf(
            SessionEffect.USER_VARIABLE,
            SessionEffect.TEMPORARY_TABLE,
            SessionEffect.USER_LOCK,
            SessionEffect.HANDLER,
            SessionEffect.TEXT_PREPARE,
            SessionEffect.SEQUENCE,
            SessionEffect.SEQUENCE_VALUE_USED);

    private static final Set<SessionEffect> HIDDEN = SessionEffect.setOf(
            SessionEffect.USER_VARIABLE,
            SessionEffect.SESSION_VARIABLE,
            SessionEffect.TEMPORARY_TABLE,
            SessionEffect.USER_LOCK,
            SessionEffect.HANDLER,
            SessionEffect.FOUND_ROWS,
            SessionEffect.LAST_INSERT_ID);

    /** Effects that explain that the server reports changed state. */
    private static final Set<SessionEffect> EXPLAINING = SessionEffect.setOf(
            SessionEffect.USER_VARIABLE,
            SessionEffect.SESSION_VARIABLE,
            SessionEffect.SCHEMA,
            SessionEffect.TEMPORARY_TABLE,
            SessionEffect.TEXT_PREPARE,
            SessionEffect.CALL,
            SessionEffect.XA,
            SessionEffect.SET_ROLE,
            SessionEffect.SEQUENCE,
            SessionEffect.TRANSACTION,
            SessionEffect.UNKNOWN_STATE);

    private Effects() {}

    /** Whether a statement's names matter: ALTER and RENAME give temporary tables other names without an effect of their own. */
    static boolean hasNames(StatementInfo info, ClientSession session) {
        if (info.kind() == StatementKind.MULTIPLE) {
            return false;
        }
        if (info.hasAny(NAMED)) {
            return true;
        }
        return (info.kind() == StatementKind.ALTER_TABLE || info.kind() == StatementKind.RENAME_TABLE)
                && session.pins().has(HoldReason.TEMPORARY_TABLE);
    }

    /** Whether a statement will leave what keeps its session on the connection, unless it fails. */
    static boolean keepConnection(StatementInfo info, List<NamedEffect> named) {
        if (info.hasAny(ALL_LASTING)
                || info.has(SessionEffect.LOCK_TABLES)
                || info.has(SessionEffect.GLOBAL_READ_LOCK)) {
            return true;
        }
        for (var effect : named) {
            switch (effect.action()) {
                case CREATE_TEMPORARY_TABLE, TAKE_LOCK, OPEN_HANDLER, PREPARE -> {
                    return true;
                }
                case WRITE_USER_VARIABLE -> {
                    if (info.kind() != StatementKind.SET) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }

    /** Hears both witnesses of a statement that has ended. */
    static void learn(
            ClientSession session,
            StatementInfo info,
            List<NamedEffect> named,
            ReplyStatus status,
            SessionCounters counters) {
        var pins = session.pins();
        boolean failed = status.isError();
        for (SessionEffect effect : info.effects()) {
            var lasting = LASTING.get(effect);
            if (lasting != null) {
                pins.add(lasting);
            } else {
                plain(session, pins, effect, info, failed);
            }
        }
        boolean hides = info.kind() == StatementKind.PREPARE
                || info.kind() == StatementKind.EXECUTE_IMMEDIATE
                || info.kind() == StatementKind.MULTIPLE;
        if (hides && info.hasAny(HIDDEN)) {
            // The names are in a text within the text, or in one of several.
            pins.add(HoldReason.UNKNOWN_STATE, null);
        }
        for (var effect : named) {
            named(session, pins, effect, info, failed);
        }
        if (!failed) {
            compare(pins, info, status, counters);
        }
    }

    private static void plain(
            ClientSession session, Pins pins, SessionEffect effect, StatementInfo info, boolean failed) {
        switch (effect) {
            case LOCK_TABLES -> pins.add(HoldReason.LOCK_TABLES);
            case GLOBAL_READ_LOCK -> pins.add(HoldReason.GLOBAL_READ_LOCK);
            case UNLOCK_TABLES -> {
                if (!failed) {
                    pins.remove(HoldReason.LOCK_TABLES);
                    pins.remove(HoldReason.GLOBAL_READ_LOCK);
                }
            }
            case SESSION_VARIABLE -> {
                // SET itself is understood by its assignments; within another statement it is not.
                if (info.kind() != StatementKind.SET && info.kind() != StatementKind.SET_TRANSACTION) {
                    pins.add(HoldReason.UNKNOWN_STATE, null);
                }
            }
            case LAST_INSERT_ID -> session.figures().keyMayHaveChanged();
            case SEQUENCE -> {
                if (LatestValues.keepConnection(session, info)) {
                    pins.add(HoldReason.SEQUENCE_VALUE);
                }
            }
            default -> {}
        }
    }

    private static void named(
            ClientSession session, Pins pins, NamedEffect effect, StatementInfo info, boolean failed) {
        String name = effect.name();
        switch (effect.action()) {
            case CREATE_TEMPORARY_TABLE -> {
                if (!failed) {
                    pins.add(HoldReason.TEMPORARY_TABLE, qualified(session, name));
                }
            }
            case DROP_TABLE -> {
                if (!failed) {
                    pins.remove(HoldReason.TEMPORARY_TABLE, qualified(session, name));
                }
            }
            case RENAME_TABLE -> {
                if (pins.has(HoldReason.TEMPORARY_TABLE)) {
                    pins.add(HoldReason.TEMPORARY_TABLE, null);
                }
            }
            // A call that fails later in its statement has taken its lock all the same.
            case TAKE_LOCK -> pins.add(HoldReason.USER_LOCK, name);
            // How often it was taken is the server's to know: it is asked before the connection is given back.
            case RELEASE_LOCK -> session.pins().locksMayBeGone(true);
            case RELEASE_ALL_LOCKS -> {
                if (!failed && (info.kind() == StatementKind.SELECT || info.kind() == StatementKind.DO)) {
                    pins.remove(HoldReason.USER_LOCK);
                }
            }
            case OPEN_HANDLER -> {
                if (!failed) {
                    pins.add(HoldReason.HANDLER, name);
                }
            }
            case CLOSE_HANDLER -> pins.remove(HoldReason.HANDLER, name);
            case PREPARE -> {
                // A text that cannot be prepared ends the statement that had its name before.
                if (failed) {
                    session.preparedTexts().remove(name);
                    pins.remove(HoldReason.TEXT_PREPARE, name);
                } else {
                    session.preparedTexts().add(name, info.has(SessionEffect.TABLES));
                    pins.add(HoldReason.TEXT_PREPARE, name);
                }
            }
            case EXECUTE -> {}
            case DEALLOCATE -> {
                session.preparedTexts().remove(name);
                pins.remove(HoldReason.TEXT_PREPARE, name);
            }
            case WRITE_USER_VARIABLE -> {
                pins.add(HoldReason.USER_VARIABLE, name);
                // What was replayed so far is not its value any more.
                session.variables(session.variables().without(SessionVariables.userVariable(name == null ? "" : name)));
            }
            case TAKE_SEQUENCE_VALUE -> {
                if (!failed) {
                    session.takenSequences().add(qualified(session, name));
                }
            }
            case READ_SEQUENCE_VALUE -> {}
        }
    }

    /** Whether a statement runs a text that was prepared by another one and names tables. */
    static boolean executesTextWithTables(ClientSession session, List<NamedEffect> named) {
        for (var effect : named) {
            if (effect.action() == NamedEffect.Action.EXECUTE
                    && session.preparedTexts().hasTables(effect.name())) {
                return true;
            }
        }
        return false;
    }

    static String qualified(ClientSession session, String table) {
        if (table == null || table.contains(".")) {
            return table;
        }
        return session.schema() + "." + table;
    }

    private static void compare(Pins pins, StatementInfo info, ReplyStatus status, SessionCounters counters) {
        var changes = status.changes();
        if (changes.stateChanged()) {
            if (info.hasAny(EXPLAINING)) {
                return;
            }
            if (changes.schema() == null) {
                pins.add(HoldReason.TRACKED_STATE);
                counters.disagreed(info.fingerprint(), true);
            }
        } else if (info.kind() == StatementKind.CREATE_TEMPORARY_TABLE || info.kind() == StatementKind.PREPARE) {
            counters.disagreed(info.fingerprint(), false);
        }
    }
}
