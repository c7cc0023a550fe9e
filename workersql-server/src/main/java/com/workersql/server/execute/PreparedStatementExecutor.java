// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.ProtocolException;
import com.workersql.router.Explanation;
import com.workersql.router.ParameterValue;
import com.workersql.router.Parameters;
import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.ClientStatement;
import com.workersql.server.session.HoldReason;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;

/**
 * Prepared statements. The id that a client has is the gateway's; each connection prepares a text when it first meets it. An
 * execution is routed by its parameters.
 */
public final class PreparedStatementExecutor {
    /** The command, the statement's id and how many rows. */
    private static final int FETCH_BYTES = 9;

    private static final GatewayError WRONG_ARGUMENTS =
            GatewayError.refused(1210, "HY000", "Incorrect arguments to mysqld_stmt_execute");

    private final StatementExecutor executor;
    private final long maxLongDataBytes;

    PreparedStatementExecutor(StatementExecutor executor, long maxLongDataBytes) {
        this.executor = executor;
        this.maxLongDataBytes = maxLongDataBytes;
    }

    /**
     * Prepares a statement.
     *
     * @param session the session
     * @param command the payload of a COM_STMT_PREPARE; owned by the executor from here
     * @param target takes the reply
     */
    public void prepare(ClientSession session, ByteBuf command, PrepareTarget target) {
        session.prepared().preparing();
        String limit = session.prepared().limitReached();
        if (limit != null) {
            command.release();
            target.failed(GatewayError.refused(1461, "42000", limit));
            return;
        }
        var admitted = executor.admission().admit(session, target);
        if (admitted == null) {
            command.release();
            return;
        }
        byte[] sql = new byte[command.readableBytes() - 1];
        command.getBytes(command.readerIndex() + 1, sql);
        var statement = executor.texts().statement(session, sql, sql.length, null);
        var router = executor.router();
        executor.plan(
                router::planPrepare,
                session,
                statement,
                plan -> prepare(session, plan, sql, command, admitted),
                error -> {
                    command.release();
                    admitted.failed(error);
                });
    }

    private void prepare(ClientSession session, RoutePlan plan, byte[] sql, ByteBuf command, PrepareTarget target) {
        if (plan instanceof RoutePlan.Local local) {
            prepareLocal(session, local, sql, command, target);
            return;
        }
        // What is to run on every shard later is prepared on one now, for the client's metadata.
        var first = plan instanceof RoutePlan.Broadcast broadcast
                ? new RoutePlan.SingleShard(plan.statement(), broadcast.shards().get(0), false)
                : plan;
        var work = new PrepareWork(session, first.statement(), sql, command, isOfItsConnection(first.statement()));
        executor.dispatch(session, first, null, work, target);
    }

    /**
     * Whether a statement means something else when another connection prepares it: MySQL settles the types of user variables then, by
     * the values that they have.
     */
    private boolean isOfItsConnection(StatementInfo info) {
        return executor.flavor() == ServerFlavor.MYSQL
                && (info.has(SessionEffect.USER_VARIABLE_USED) || info.has(SessionEffect.USER_VARIABLE));
    }

    /** A statement that the gateway answers itself has no server's metadata: what it returns is known here. */
    private void prepareLocal(
            ClientSession session, RoutePlan.Local plan, byte[] sql, ByteBuf command, PrepareTarget target) {
        command.release();
        var rows = LocalStatements.rowsOf(session, plan, executor.version(), executor.flavor());
        var statement = new ClientStatement(session.prepared().nextId(), sql, 0, plan.statement());
        session.prepared().add(statement);
        target.prepared(statement.id(), rows == null ? List.of() : rows.columns());
    }

    /**
     * Executes a prepared statement.
     *
     * @param session the session
     * @param command the payload of a COM_STMT_EXECUTE; owned by the executor from here
     * @param target takes the reply
     * @throws ProtocolException when the payload is malformed; it is released then
     */
    public void execute(ClientSession session, ByteBuf command, ReplyTarget target) {
        ClientStatement statement = null;
        ExecutePayload payload = null;
        try {
            if (command.readableBytes() < 10) {
                throw ProtocolException.malformed("a COM_STMT_EXECUTE of " + command.readableBytes() + " bytes");
            }
            int id = command.getIntLE(command.readerIndex() + 1);
            statement = session.prepared().get(id);
            if (statement == null) {
                target.failed(unknown(id, "mysqld_stmt_execute"));
            } else if (statement.longDataOverflow()) {
                // Reading the payload would forget it, and take what was dropped for values of the payload.
                statement.discardLongData();
                target.failed(GatewayError.refused(
                        1153,
                        "08S01",
                        "The parameters of this statement that were sent in pieces are larger than " + maxLongDataBytes
                                + " bytes (limits.max_packet_bytes)"));
            } else {
                payload = ExecutePayload.read(statement, command);
            }
        } finally {
            if (payload == null) {
                command.release();
            }
        }
        if (payload == null) {
            return;
        }
        if (executor.flavor() == ServerFlavor.MYSQL && payload.hasValueOfTypeNull()) {
            // MySQL says so in front of all else, and a connection that has to prepare the text first might find
            // something else.
            payload.release();
            session.activity().whenIdle(() -> executor.commands().failHere(session, WRONG_ARGUMENTS, target));
            return;
        }
        // An execution ends the cursor of the one before, wherever it goes itself.
        Cursors.close(executor, session, statement);
        run(session, statement.sql(), statement, payload.parameters(), payload, target);
    }

    /**
     * Runs one statement with bound parameters, for the doors whose clients prepare nothing. Rows come in binary form.
     *
     * @param session the session
     * @param sql the text with its placeholders
     * @param parameters the values, one for each placeholder
     * @param target takes the reply
     */
    public void query(ClientSession session, byte[] sql, List<ParameterValue> parameters, ReplyTarget target) {
        var execution = new GivenExecution(parameters);
        run(session, sql, null, execution, execution, target);
    }

    /**
     * Says where a statement with values would go; runs nothing.
     *
     * @param session in which it would run
     * @param sql the text, with {@code ?} for each value
     * @param parameters the values
     * @param explained takes the explanation, on the session's event loop
     * @param failed takes the error when there is none, in the same place
     */
    public void explain(
            ClientSession session,
            byte[] sql,
            List<ParameterValue> parameters,
            Consumer<Explanation> explained,
            Consumer<GatewayError> failed) {
        var values = parameters.isEmpty() ? null : new GivenExecution(parameters);
        var statement = executor.texts().statement(session, sql, sql.length, values);
        executor.explain(statement, session.loop(), explained, failed);
    }

    private void run(
            ClientSession session,
            byte[] sql,
            ClientStatement prepared,
            Parameters parameters,
            Execution execution,
            ReplyTarget client) {
        if (session.activity().running() != null) {
            session.activity()
                    .waitForAnswers(() -> run(session, sql, prepared, parameters, execution, client), error -> {
                        execution.release();
                        client.failed(error);
                    });
            return;
        }
        var target = executor.admission().admit(session, client);
        if (target == null) {
            execution.release();
            return;
        }
        var statement = executor.texts().statement(session, sql, sql.length, parameters);
        Router router = executor.router();
        var plan = router.planIfCached(statement);
        if (plan != null) {
            executor.dispatch(
                    session,
                    plan,
                    statement,
                    new ExecuteWork(session, plan.statement(), sql, prepared, execution),
                    target);
            return;
        }
        executor.plan(
                router::plan,
                session,
                statement,
                made -> executor.dispatch(
                        session,
                        made,
                        statement,
                        new ExecuteWork(session, made.statement(), sql, prepared, execution),
                        target),
                error -> {
                    execution.release();
                    target.failed(error);
                });
    }

    /**
     * Holds a piece of a parameter until the execution. There is no reply, not even to an unknown id.
     *
     * @param session the session
     * @param command the payload of a COM_STMT_SEND_LONG_DATA; owned by the executor from here
     */
    public void sendLongData(ClientSession session, ByteBuf command) {
        try {
            if (command.readableBytes() < 7) {
                return;
            }
            var statement = session.prepared().get(command.getIntLE(command.readerIndex() + 1));
            int parameter = command.getUnsignedShortLE(command.readerIndex() + 5);
            if (statement != null && parameter < statement.parameterCount()) {
                statement.addLongData(
                        parameter,
                        command.retainedSlice(command.readerIndex() + 7, command.readableBytes() - 7),
                        maxLongDataBytes);
            }
        } finally {
            command.release();
        }
    }

    /**
     * Forgets a prepared statement. There is no reply.
     *
     * @param session the session
     * @param command the payload of a COM_STMT_CLOSE; owned by the executor from here
     */
    public void close(ClientSession session, ByteBuf command) {
        if (command.readableBytes() >= 5) {
            var statement = session.prepared().remove(command.getIntLE(command.readerIndex() + 1));
            if (statement != null) {
                statement.discardLongData();
                Cursors.close(executor, session, statement);
                session.pins().remove(HoldReason.USER_VARIABLE, PrepareWork.ofStatement(statement.id()));
                executor.retention().release(session);
            }
        }
        command.release();
    }

    /**
     * Drops what a statement holds of parameters that were sent in pieces, and ends its cursor.
     *
     * @param session the session
     * @param command the payload of a COM_STMT_RESET; owned by the executor from here
     * @param target takes the reply
     */
    public void reset(ClientSession session, ByteBuf command, ReplyTarget target) {
        int id = command.readableBytes() >= 5 ? command.getIntLE(command.readerIndex() + 1) : 0;
        command.release();
        var statement = session.prepared().get(id);
        if (statement == null) {
            target.failed(unknown(id, "mysqld_stmt_reset"));
        } else {
            statement.discardLongData();
            Cursors.close(executor, session, statement);
            session.figures().warningsShown();
            session.figures().rowCount(0);
            session.figures().onConnection(false);
            target.ok(new LocalOk(session.transaction().lastingStatusFlags()));
        }
    }

    /**
     * Fetches rows of a statement's cursor.
     *
     * @param session the session
     * @param command the payload of a COM_STMT_FETCH; owned by the executor from here
     * @param client takes the reply: rows and their end, no definitions
     * @throws ProtocolException when the payload is malformed; it is released then
     */
    public void fetch(ClientSession session, ByteBuf command, ReplyTarget client) {
        if (command.readableBytes() < FETCH_BYTES) {
            int bytes = command.readableBytes();
            command.release();
            throw ProtocolException.malformed("a COM_STMT_FETCH of " + bytes + " bytes");
        }
        if (session.activity().running() != null) {
            session.activity().waitForAnswers(() -> fetch(session, command, client), error -> {
                command.release();
                client.failed(error);
            });
            return;
        }
        int id = command.getIntLE(command.readerIndex() + 1);
        var statement = session.prepared().get(id);
        if (statement == null || !Cursors.isOpen(session, statement)) {
            command.release();
            var error = statement == null
                    ? unknown(id, "mysqld_stmt_fetch")
                    : Cursors.notOpen(statement, executor.flavor());
            executor.commands().failHere(session, error, client);
            return;
        }
        var target = executor.admission().admit(session, client);
        if (target == null) {
            command.release();
            return;
        }
        var work = new FetchWork(session, statement, command);
        executor.runOn(session, session.held().shard(), false, work, target);
    }

    private GatewayError unknown(int id, String function) {
        return GatewayError.refused(
                1243,
                "HY000",
                "Unknown prepared statement handler (" + Integer.toUnsignedString(id) + ") given to "
                        + (executor.flavor() == ServerFlavor.MYSQL ? "mysql_stmt_precheck" : function));
    }
}
