// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.Explanation;
import com.workersql.router.LocalAction;
import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.merge.Merge;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.session.SessionVariables;
import com.workersql.server.session.SqlModes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Carries out what concerns the session rather than a shard: transactions, variables, the schema, session functions. */
final class LocalStatements {
    /** Variables whose value belongs to a moment or to one statement: to replay them would be wrong. */
    private static final Set<String> NOT_REPLAYABLE = Set.of(
            "timestamp",
            "insert_id",
            "last_insert_id",
            "identity",
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

    private final StatementExecutor executor;
    private final Router router;
    private final SessionRegistry registry;

    LocalStatements(StatementExecutor executor, Router router, SessionRegistry registry) {
        this.executor = executor;
        this.router = router;
        this.registry = registry;
    }

    /** Carries a plan out; the work is sent where the action needs a server after all, and dropped otherwise. */
    void run(ClientSession session, RoutePlan.Local plan, Statement statement, Work work, ReplyTarget target) {
        var action = plan.action();
        if (action instanceof LocalAction.Begin begin) {
            begin(session, begin, plan.shard(), statement, work, target);
        } else if (action instanceof LocalAction.Commit commit) {
            end(session, commit.chain(), commit.release(), work, target);
        } else if (action instanceof LocalAction.Rollback rollback) {
            session.transactionLost(false);
            end(session, rollback.chain(), rollback.release(), work, target);
        } else if (action instanceof LocalAction.SetVariables set) {
            setVariables(session, set, plan.shard(), work, target);
        } else if (action instanceof LocalAction.SetTransaction set) {
            setTransaction(session, set, statement, work, target);
        } else if (action instanceof LocalAction.UseSchema use) {
            work.drop();
            useSchema(session, use.schema(), target);
        } else if (action instanceof LocalAction.SessionFunctions functions) {
            sessionFunctions(session, functions, work, target);
        } else if (action instanceof LocalAction.ShowWarnings show) {
            showWarnings(session, show, work, target);
        } else if (action instanceof LocalAction.Kill kill) {
            work.drop();
            kill(session, kill, target);
        } else if (action instanceof LocalAction.ExplainRoute explain) {
            work.drop();
            explain(session, explain, statement, target);
        } else {
            work.drop();
            target.failed(GatewayError.refused(1235, "42000", "This statement is not supported by the gateway"));
        }
    }

    /** The rows that a plan answers without a server, so that its columns are known before it runs; null when there are none. */
    static LocalRows rowsOf(ClientSession session, RoutePlan.Local plan, String version) {
        if (plan.action() instanceof LocalAction.SessionFunctions functions) {
            return SessionFunctionRows.of(session, functions, version);
        }
        return plan.action() instanceof LocalAction.ShowWarnings show ? Diagnostics.show(session, show) : null;
    }

    private static void ok(ClientSession session, ReplyTarget target) {
        session.counts(0, session.foundRows());
        session.warnings(List.of());
        target.ok(new LocalOk(session.lastingStatusFlags()));
    }

    private void begin(
            ClientSession session,
            LocalAction.Begin begin,
            String shard,
            Statement statement,
            Work work,
            ReplyTarget target) {
        var held = session.held();
        boolean bound = held != null && !onlyWarnings(session);
        if (bound) {
            executor.runOn(session, held.shard(), false, work, target);
        } else if (begin.consistentSnapshot()) {
            if (shard == null) {
                work.drop();
                target.failed(GatewayError.refused(
                        1235, "42000", "WITH CONSISTENT SNAPSHOT needs one shard, and this session has several"));
            } else {
                session.forgetPendingBegin();
                executor.runOn(session, shard, false, work, target);
            }
        } else {
            work.drop();
            if (session.beginPending()) {
                session.forgetPendingBegin();
            }
            session.beginLater(text(statement));
            ok(session, target);
        }
    }

    private void end(ClientSession session, boolean chain, boolean release, Work work, ReplyTarget target) {
        var held = session.held();
        if (release) {
            session.closeAfterReply();
        }
        if (held != null && !onlyWarnings(session)) {
            executor.runOn(session, held.shard(), false, work, target);
            return;
        }
        work.drop();
        if (session.beginPending()) {
            session.forgetPendingBegin();
        }
        if (chain) {
            session.beginLater("BEGIN");
        }
        ok(session, target);
    }

    private static boolean onlyWarnings(ClientSession session) {
        return session.holdReasons().size() == 1 && session.holdReasons().contains(HoldReason.UNREAD_WARNINGS);
    }

    private void setVariables(
            ClientSession session, LocalAction.SetVariables set, String shard, Work work, ReplyTarget target) {
        var held = session.held();
        if (isKnown(session, set)) {
            work.drop();
            ok(session, target);
            return;
        }
        String on = held != null ? held.shard() : shard;
        if (on == null) {
            work.drop();
            target.failed(GatewayError.notExecuted("There is no shard on which the assignment can be checked"));
            return;
        }
        executor.runOn(session, on, false, work, target, (same, connection, info, status) -> {
            Aftermath.figures(same, info, status);
            assigned(same, connection, set, status);
        });
    }

    /** Whether the session has all of it already, so that no server needs to be asked. */
    private static boolean isKnown(ClientSession session, LocalAction.SetVariables set) {
        for (var assignment : set.assignments()) {
            if (assignment.scope() != LocalAction.Scope.SESSION
                    || !assignment.literal()
                    || !session.variables().has(lower(assignment.name()), assignment.valueText())) {
                return false;
            }
        }
        return true;
    }

    /** Takes over what a SET has changed, once the server has accepted it and before the connection is given back. */
    private static void assigned(
            ClientSession session, PooledConnection connection, LocalAction.SetVariables set, ReplyStatus status) {
        if (status.isError()) {
            // The assignments in front of the one that failed may have been made.
            connection.state().resetNeeded("SET failed");
            return;
        }
        var variables = session.variables();
        for (var assignment : set.assignments()) {
            String name = lower(assignment.name());
            switch (assignment.scope()) {
                case USER -> session.holdReasons().add(HoldReason.USER_VARIABLE);
                case NAMES -> variables = variables.with(SessionVariables.NAMES, assignment.valueText());
                case CHARACTER_SET ->
                    variables = variables.with(SessionVariables.CHARACTER_SET, assignment.valueText());
                case SESSION -> {
                    String value = assignment.literal()
                            ? assignment.valueText()
                            : reported(status.changes().variables().get(name));
                    if (value == null || NOT_REPLAYABLE.contains(name)) {
                        session.holdReasons().add(HoldReason.UNKNOWN_STATE);
                    } else {
                        variables = variables.with(name, value);
                    }
                }
            }
        }
        session.variables(variables);
        variables.assignments().forEach(connection.state()::applied);
        String modes = status.changes().variables().get("sql_mode");
        if (modes != null) {
            session.sqlModes(SqlModes.parse(modes));
        }
    }

    /** The SQL text of a value that session tracking reported. */
    private static String reported(String value) {
        if (value == null) {
            return null;
        }
        boolean bare = value.matches("-?[0-9]+(\\.[0-9]+)?|ON|OFF");
        return bare ? value : "'" + value.replace("'", "''") + "'";
    }

    private void setTransaction(
            ClientSession session, LocalAction.SetTransaction set, Statement statement, Work work, ReplyTarget target) {
        var held = session.held();
        if (held != null && !onlyWarnings(session)) {
            executor.runOn(session, held.shard(), false, work, target, (same, connection, info, status) -> {
                Aftermath.figures(same, info, status);
                if (set.session() && !status.isError()) {
                    remember(same, set, statement.context().flavor());
                    same.variables().assignments().forEach(connection.state()::applied);
                }
            });
            return;
        }
        work.drop();
        if (set.session()) {
            remember(session, set, statement.context().flavor());
        } else {
            // It counts for the next transaction only, and that one has not chosen its shard.
            session.ahead().add(text(statement));
        }
        ok(session, target);
    }

    private static void remember(ClientSession session, LocalAction.SetTransaction set, ServerFlavor flavor) {
        String prefix = flavor == ServerFlavor.MARIADB ? "tx_" : "transaction_";
        var variables = session.variables();
        if (set.isolation() != null) {
            variables = variables.with(
                    prefix + "isolation", "'" + set.isolation().name().replace('_', '-') + "'");
        }
        if (set.readOnly() || set.readWrite()) {
            variables = variables.with(prefix + "read_only", set.readOnly() ? "1" : "0");
        }
        session.variables(variables);
    }

    /** Changes the schema. The router has refused what the tenant may not see; whether it exists is the server's to say. */
    void useSchema(ClientSession session, String schema, ReplyTarget target) {
        String database = session.principal().database();
        if (database != null && !database.equals(schema)) {
            target.failed(GatewayError.refused(
                    1044,
                    "42000",
                    "Access denied for user '" + session.principal().user() + "' to database '" + schema + "'"));
            return;
        }
        String before = session.schema();
        if (schema.equals(before)) {
            ok(session, target);
            return;
        }
        if (session.held() != null && !onlyWarnings(session)) {
            target.failed(GatewayError.refused(
                    1235,
                    "42000",
                    "The schema cannot be changed while the session is bound to its connection "
                            + session.holdReasons()));
            return;
        }
        session.schema(schema);
        if (database != null) {
            ok(session, target);
            return;
        }
        executor.leaseAny(
                session,
                lease -> {
                    lease.released();
                    Aftermath.giveBack(session, lease.connection(), false, "");
                    ok(session, target);
                },
                error -> {
                    session.schema(before);
                    target.failed(error);
                });
    }

    private void sessionFunctions(
            ClientSession session, LocalAction.SessionFunctions functions, Work work, ReplyTarget target) {
        var held = session.held();
        boolean onConnection = held != null
                && session.holdsUnreplayableState()
                && functions.items().stream().allMatch(item -> switch (item.function()) {
                    case LAST_INSERT_ID, ROW_COUNT, FOUND_ROWS -> true;
                    default -> false;
                });
        if (onConnection) {
            executor.runOn(session, held.shard(), false, work, target);
            return;
        }
        work.drop();
        var rows = SessionFunctionRows.of(session, functions, executor.version());
        session.counts(-1, rows.rows().size());
        target.rows(rows);
    }

    private void showWarnings(ClientSession session, LocalAction.ShowWarnings show, Work work, ReplyTarget target) {
        var held = session.held();
        if (held != null) {
            executor.runOn(session, held.shard(), false, work, target);
            return;
        }
        work.drop();
        executor.whenIdle(session, () -> target.rows(Diagnostics.show(session, show)));
    }

    private void kill(ClientSession session, LocalAction.Kill kill, ReplyTarget target) {
        long id = kill.connectionId();
        var entry = id > 0 && id <= Integer.MAX_VALUE ? registry.find((int) id, session.principal()) : null;
        if (entry == null) {
            target.failed(GatewayError.refused(1094, "HY000", "Unknown thread id: " + Long.toUnsignedString(id)));
            return;
        }
        ok(session, target);
        entry.kill().accept(!kill.queryOnly());
    }

    private void explain(
            ClientSession session, LocalAction.ExplainRoute explain, Statement statement, ReplyTarget target) {
        byte[] sql = new byte[explain.length()];
        System.arraycopy(statement.bytes(), statement.offset() + explain.offset(), sql, 0, explain.length());
        var explanation = router.explain(executor.statement(session, sql, sql.length, null));
        var values = new ArrayList<String[]>();
        values.add(new String[] {"kind", explanation.kind()});
        values.add(new String[] {"reason", explanation.reason()});
        values.add(new String[] {"tables", String.join(", ", explanation.tables())});
        values.add(new String[] {
            "keys",
            explanation.keys().stream()
                    .map(key -> key.key() + (key.slot() < 0 ? "" : " (slot " + key.slot() + ")") + " on " + key.shard())
                    .collect(Collectors.joining(", "))
        });
        values.add(new String[] {"shards", String.join(", ", explanation.shards())});
        values.add(new String[] {"merge", merge(explanation)});
        values.add(new String[] {"hints", explanation.hints().toString()});
        values.add(new String[] {"policy_version", explanation.policyVersion()});
        values.add(new String[] {"slot_generation", Long.toString(explanation.slotGeneration())});
        values.add(new String[] {"cache_hit", Boolean.toString(explanation.cacheHit())});
        target.rows(new LocalRows(
                List.of(LocalColumns.text("property"), LocalColumns.text("value")),
                values,
                session.lastingStatusFlags()));
    }

    private static String merge(Explanation explanation) {
        if (explanation.combination() instanceof Merge merge) {
            return merge.inWords();
        }
        return explanation.combination() == null
                ? ""
                : explanation.combination().toString();
    }

    private static String text(Statement statement) {
        return new String(statement.bytes(), statement.offset(), statement.length(), StandardCharsets.UTF_8);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
