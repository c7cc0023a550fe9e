// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.RoutePlan;
import com.workersql.router.ServerFlavor;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionRestart;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Carries out the commands of the MySQL protocol that are no statements and ask or change what a session has. All methods are called on
 * the session's event loop, one command of a session at a time.
 */
public final class SessionCommands {
    private final StatementExecutor executor;
    private final LocalStatements locals;
    private final Supplier<Shards> shards;

    SessionCommands(StatementExecutor executor, LocalStatements locals, Supplier<Shards> shards) {
        this.executor = executor;
        this.locals = locals;
        this.shards = shards;
    }

    /**
     * Tells of a table's columns, as COM_FIELD_LIST does.
     *
     * @param session the session
     * @param command the payload of a COM_FIELD_LIST; owned by the executor from here
     * @param client takes the reply: definitions of columns and the end, no rows
     */
    public void fieldList(ClientSession session, ByteBuf command, ReplyTarget client) {
        if (session.activity().running() != null) {
            session.activity().whenIdle(() -> fieldList(session, command, client));
            return;
        }
        var target = executor.admission().admit(session, client);
        if (target == null) {
            command.release();
            return;
        }
        byte[] question = FieldListWork.question(command);
        var statement = executor.texts().statement(session, question, question.length, null);
        executor.plan(
                executor.router()::plan,
                session,
                statement,
                plan -> {
                    var work = new FieldListWork(plan.statement(), command);
                    boolean asItIs = plan instanceof RoutePlan.Refused
                            || (plan instanceof RoutePlan.SingleShard single && single.rewritten() == null);
                    if (asItIs) {
                        executor.dispatch(session, plan, statement, work, target);
                    } else {
                        work.drop();
                        target.failed(GatewayError.refused(
                                1235, "42000", "This gateway doesn't yet support 'COM_FIELD_LIST of this table'"));
                    }
                },
                error -> {
                    command.release();
                    target.failed(error);
                });
    }

    /**
     * Changes the current schema as COM_INIT_DB does.
     *
     * @param session the session
     * @param name the schema
     * @param target takes the reply
     */
    public void initDb(ClientSession session, String name, ReplyTarget target) {
        session.activity().whenIdle(() -> locals.initDb(session, name, target));
    }

    /**
     * Says that the session lives, as COM_PING does.
     *
     * @param session the session
     * @param target takes the reply
     */
    public void ping(ClientSession session, ReplyTarget target) {
        session.activity()
                .whenIdle(() -> whenCounted(
                        session,
                        () -> whenTransactionKnown(session, () -> {
                            session.figures().rowCount(0);
                            session.figures().onConnection(false);
                            target.ok(LocalOk.withDiagnosticsOf(session, executor.flavor()));
                        })));
    }

    /** An ERR does not tell whether a transaction is open behind it, and the status of a ping does. */
    private void whenTransactionKnown(ClientSession session, Runnable step) {
        if (session.held() != null && session.pins().has(HoldReason.TRANSACTION_STATE_UNKNOWN)) {
            inquire(session, step);
        } else {
            step.run();
        }
    }

    /**
     * How the gateway is, as COM_STATISTICS tells it.
     *
     * @param session whose user asks: a tenant's sees its own sessions counted
     * @return one line of text
     */
    public String statistics(ClientSession session) {
        return locals.statistics(session);
    }

    /**
     * Brings the session back to the state behind its login, as COM_RESET_CONNECTION does.
     *
     * @param session the session
     * @param target takes the reply
     */
    public void resetConnection(ClientSession session, ReplyTarget target) {
        whenLastFound(session, () -> {
            SessionEnd.letGo(session, "session reset");
            SessionRestart.byReset(session, executor.flavor());
            session.sqlModes(shards.get().sqlModes());
            session.tracking().settings(shards.get().tracking());
            target.ok(new LocalOk(session.transaction().lastingStatusFlags()));
        });
    }

    /**
     * Takes a step that ends the session's state but for what {@code FOUND_ROWS()} answers, which servers keep: where only the
     * connection knows it, it is asked first.
     *
     * @param session the session
     * @param step run once, now or later, on the session's loop; never when the client goes away before
     */
    public void whenLastFound(ClientSession session, Runnable step) {
        session.activity().whenIdle(() -> {
            if (session.held() == null || !session.figures().isFoundRowsUnread()) {
                step.run();
                return;
            }
            // Nobody will read these any more.
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            inquire(session, step);
        });
    }

    /** Takes a step when the number of diagnostics is known, where a server of this family tells it. */
    void whenCounted(ClientSession session, Runnable step) {
        if (executor.flavor() == ServerFlavor.MYSQL
                && session.held() != null
                && !session.figures().areWarningsCounted()) {
            inquire(session, step);
        } else {
            step.run();
        }
    }

    /**
     * Answers a command by an error of the gateway's own that a server would have added to its diagnostics: MySQL behind those of the
     * statement before, MariaDB in their place.
     */
    void failHere(ClientSession session, GatewayError error, ReplyTarget target) {
        boolean adds = executor.flavor() == ServerFlavor.MYSQL;
        if (adds && session.held() != null && session.pins().has(HoldReason.UNREAD_WARNINGS)) {
            inquire(session, () -> failHere(session, error, target));
            return;
        }
        var diagnostics = new ArrayList<String[]>(adds ? session.figures().warnings() : List.of());
        diagnostics.add(new String[] {"Error", Integer.toString(error.errno()), error.message()});
        executor.retention().diagnosticsOf(session, diagnostics);
        session.figures().errorBehind(diagnostics);
        session.figures().rowCount(-1);
        target.failed(error);
    }

    private void inquire(ClientSession session, Runnable then) {
        var held = session.held();
        executor.connections().inquire(session, held, () -> {
            executor.retention().settleHeld(session);
            session.activity().whenIdle(then);
        });
    }
}
