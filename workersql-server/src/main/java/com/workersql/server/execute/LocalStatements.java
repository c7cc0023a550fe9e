// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.Command;
import com.workersql.router.Explanation;
import com.workersql.router.LocalAction;
import com.workersql.router.PermissionClass;
import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.merge.Merge;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Carries out what concerns the session rather than a shard: variables, the schema, session functions; {@link LocalTransactions} has the rest. */
final class LocalStatements {
    /** Variables whose assignment no server comments by a warning, so that it may be left out where it changes nothing. */
    private static final Set<String> SILENT =
            Set.of("autocommit", "time_zone", "foreign_key_checks", "unique_checks", "sql_safe_updates");

    private final StatementExecutor executor;
    private final Router router;
    private final SessionRegistry registry;
    private final SessionListings listings;
    private final LocalTransactions transactions;
    private final KeyedInsert keyed;

    LocalStatements(StatementExecutor executor, Router router, SessionRegistry registry, LongSupplier nanoClock) {
        this.keyed = new KeyedInsert(
                executor,
                new SequenceRanges(
                        new ShardQuestion(nanoClock, executor.settings().acquireTimeoutNanos())));
        this.listings = new SessionListings(registry, nanoClock);
        this.transactions = new LocalTransactions(executor);
        this.executor = executor;
        this.router = router;
        this.registry = registry;
    }

    /** Carries a plan out; the work is sent where the action needs a server after all, and dropped otherwise. */
    void run(ClientSession session, RoutePlan.Local plan, Statement statement, Work work, ReplyTarget target) {
        var action = plan.action();
        if (action instanceof LocalAction.Begin begin) {
            transactions.begin(session, begin, plan.shard(), statement, work, target);
        } else if (action instanceof LocalAction.Commit commit) {
            transactions.end(session, commit.chain(), commit.release(), plan.shard(), work, target);
        } else if (action instanceof LocalAction.Rollback rollback) {
            session.transaction().lost(false);
            transactions.end(session, rollback.chain(), rollback.release(), plan.shard(), work, target);
        } else if (action instanceof LocalAction.SetVariables set) {
            setVariables(session, set, plan.shard(), work, target);
        } else if (action instanceof LocalAction.SetTransaction set) {
            transactions.characterize(session, set, plan.shard(), statement, work, target);
        } else if (action instanceof LocalAction.UseSchema use) {
            useSchema(session, use.schema(), work, target);
        } else if (action instanceof LocalAction.SessionFunctions functions) {
            sessionFunctions(session, functions, plan.shard(), work, target);
        } else if (action instanceof LocalAction.ShowWarnings show) {
            showWarnings(session, show, work, target);
        } else if (action instanceof LocalAction.Kill kill) {
            work.drop();
            kill(session, plan.statement(), kill, target);
        } else if (action instanceof LocalAction.ShowProcessList list) {
            work.drop();
            listings.processes(session, list.full(), executor.flavor(), target);
        } else if (action instanceof LocalAction.ShowGateway show && show.what().equals("SESSIONS")) {
            work.drop();
            listings.sessions(session, target);
        } else if (action instanceof LocalAction.ShowGateway show && show.what().equals("PINS")) {
            work.drop();
            listings.pins(session, target);
        } else if (action instanceof LocalAction.GenerateKeys keys) {
            keyed.run(session, plan, keys, statement, work, target);
        } else if (action instanceof LocalAction.ExplainRoute explain) {
            work.drop();
            explain(session, explain, statement, target);
        } else {
            work.drop();
            target.failed(GatewayError.refused(1235, "42000", "This statement is not supported by the gateway"));
        }
    }

    /** What COM_STATISTICS tells. */
    String statistics(ClientSession session) {
        return listings.statistics(session);
    }

    /** The rows that a plan answers without a server, so that its columns are known before it runs; null when there are none. */
    static LocalRows rowsOf(ClientSession session, RoutePlan.Local plan, String version, ServerFlavor flavor) {
        if (plan.action() instanceof LocalAction.SessionFunctions functions) {
            return SessionFunctionRows.of(session, functions, version, flavor);
        }
        return plan.action() instanceof LocalAction.ShowWarnings show ? Diagnostics.show(session, show, flavor) : null;
    }

    private void setVariables(
            ClientSession session, LocalAction.SetVariables set, String shard, Work work, ReplyTarget target) {
        var held = session.held();
        if (isKnown(session, set)) {
            work.drop();
            LocalOk.answer(executor, session, work.info(), target, List.of());
            return;
        }
        String on = held != null ? held.shard() : shard;
        if (on == null) {
            work.drop();
            target.failed(GatewayError.notExecuted("There is no shard on which the assignment can be checked"));
            return;
        }
        TrackingAssignments.begin(session, set);
        executor.runOn(session, on, false, work, target, new AssignmentsMade(set));
    }

    /** A user variable that is given what is not a literal cannot be given the same elsewhere. */
    private record AssignmentsMade(LocalAction.SetVariables set) implements Aftermath.Learner {
        @Override
        public void learn(ClientSession session, PooledConnection connection, StatementInfo info, ReplyStatus status) {
            Assignments.made(session, connection, set, status);
        }

        @Override
        public boolean keepsConnection() {
            return set.assignments().stream()
                    .anyMatch(assignment -> assignment.scope() == LocalAction.Scope.USER && !assignment.literal());
        }
    }

    /** Whether the session has all of it already, so that no server needs to be asked. */
    private static boolean isKnown(ClientSession session, LocalAction.SetVariables set) {
        if (session.tracking().isUnderstood()) {
            // Servers tell also of values that are the same as before.
            return false;
        }
        for (var assignment : set.assignments()) {
            if (assignment.scope() != LocalAction.Scope.SESSION
                    || !SILENT.contains(assignment.name())
                    || !assignment.literal()
                    || !session.variables().has(lower(assignment.name()), assignment.valueText())) {
                return false;
            }
        }
        return true;
    }

    /** Changes the schema as COM_INIT_DB does, which is no statement: the diagnostics of the latest one stay. */
    void initDb(ClientSession session, String schema, ReplyTarget target) {
        if (schema.equals(session.schema())) {
            executor.commands().whenCounted(session, () -> {
                session.figures().rowCount(0);
                session.figures().onConnection(false);
                target.ok(LocalOk.withDiagnosticsOf(session, executor.flavor())
                        .telling(session.tracking().ofSchema(schema)));
            });
            return;
        }
        byte[] sql = ("USE `" + schema.replace("`", "``") + "`").getBytes(StandardCharsets.UTF_8);
        var info =
                new StatementInfo(StatementKind.USE, true, PermissionClass.READ, Set.of(SessionEffect.SCHEMA), "USE");
        useSchema(session, schema, new QueryWork(info, CommandWork.payload(Command.COM_QUERY, sql)), target);
    }

    /** Changes the schema. The router has refused what the tenant may not see; whether it exists is the server's to say. */
    private void useSchema(ClientSession session, String schema, Work work, ReplyTarget target) {
        String database = session.principal().database();
        if (database != null && !database.equals(schema)) {
            work.drop();
            target.failed(GatewayError.schemaDenied(session.principal().user(), schema));
            return;
        }
        String before = session.schema();
        if (session.isBound()) {
            executor.runOn(session, session.held().shard(), false, work, target, (same, connection, info, status) -> {
                if (!status.isError()) {
                    same.schema(schema);
                    connection.state().schema(schema);
                }
            });
            return;
        }
        work.drop();
        if (database != null || schema.equals(before)) {
            session.schema(schema);
            LocalOk.answer(
                    executor, session, work.info(), target, session.tracking().ofSchema(schema));
            return;
        }
        Runnable change = () -> {
            session.schema(schema);
            executor.leaseAny(
                    session,
                    lease -> {
                        lease.released();
                        executor.retention().settle(session, lease, "");
                        LocalOk.answer(
                                executor,
                                session,
                                work.info(),
                                target,
                                session.tracking().ofSchema(schema));
                    },
                    error -> {
                        session.schema(before);
                        target.failed(error);
                    });
        };
        if (session.held() == null) {
            change.run();
        } else {
            // What is kept of the latest statement is on a connection that is in the schema before.
            ReplicaLease.leave(executor.connections(), session, change);
        }
    }

    private void sessionFunctions(
            ClientSession session,
            LocalAction.SessionFunctions functions,
            String shard,
            Work work,
            ReplyTarget target) {
        var held = session.held();
        boolean asks = held != null && onlyConnectionKnows(session, functions);
        if (asks || !SessionFunctionRows.canDescribe(session, functions, executor.flavor())) {
            executor.runOn(session, held != null ? held.shard() : shard, false, work, target);
            return;
        }
        work.drop();
        var rows = SessionFunctionRows.of(session, functions, executor.version(), executor.flavor());
        executor.retention().answeredHere(session, work.info(), executor.flavor());
        session.figures().rowCount(-1);
        session.figures().foundRows(rows.rows().size());
        if (!rows.warnings().isEmpty()) {
            session.figures().warnings(rows.warnings());
        }
        target.rows(rows);
    }

    /** What the connection says of itself is exact as long as nothing else ran there. */
    private static boolean onlyConnectionKnows(ClientSession session, LocalAction.SessionFunctions functions) {
        var figures = session.figures();
        return functions.items().stream().anyMatch(item -> switch (item.function()) {
            case LAST_INSERT_ID -> figures.isKeyUnread();
            case FOUND_ROWS -> figures.isFoundRowsUnread();
            default -> false;
        });
    }

    private void showWarnings(ClientSession session, LocalAction.ShowWarnings show, Work work, ReplyTarget target) {
        var held = session.held();
        if (held != null && session.pins().has(HoldReason.UNREAD_WARNINGS)) {
            executor.runOn(session, held.shard(), false, work, target, (same, connection, info, status) -> {
                same.figures().warningsShown();
                if (show.count() && !status.isError()) {
                    same.figures().foundRowsCounted(1);
                    connection.state().foundRows(1);
                }
            });
            return;
        }
        work.drop();
        var rows = Diagnostics.show(session, show, executor.flavor());
        executor.retention().answeredHere(session, work.info(), executor.flavor());
        session.figures().rowCount(-1);
        session.figures().warningsShown();
        if (show.count()) {
            session.figures().foundRows(1);
        }
        target.rows(rows);
    }

    private void kill(ClientSession session, StatementInfo info, LocalAction.Kill kill, ReplyTarget target) {
        registry.kill(kill.connectionId(), kill.queryOnly(), session.principal().tenant(), session.loop(), error -> {
            if (error == null) {
                LocalOk.answer(executor, session, info, target, List.of());
            } else {
                target.failed(error);
            }
        });
    }

    private void explain(
            ClientSession session, LocalAction.ExplainRoute explain, Statement statement, ReplyTarget target) {
        byte[] sql = new byte[explain.length()];
        System.arraycopy(statement.bytes(), statement.offset() + explain.offset(), sql, 0, explain.length());
        // It may have to be analysed, which is not for the event loop.
        executor.plan(
                router::explain,
                session,
                executor.texts().statement(session, sql, sql.length, null),
                explanation -> explained(session, explanation, target),
                target::failed);
    }

    private static void explained(ClientSession session, Explanation explanation, ReplyTarget target) {
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
                session.transaction().lastingStatusFlags()));
    }

    private static String merge(Explanation explanation) {
        if (explanation.combination() instanceof Merge merge) {
            return merge.inWords();
        }
        return explanation.combination() == null
                ? ""
                : explanation.combination().toString();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
