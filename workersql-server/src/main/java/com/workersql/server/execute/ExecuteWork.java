// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.PreparedStatement;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.pool.StatementText;
import com.workersql.protocol.Command;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.ClientStatement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** Executes a prepared statement; a connection that has not met its text prepares it first. */
final class ExecuteWork implements Work {
    private final ClientSession session;
    private final StatementInfo info;
    private final byte[] sql;
    private final byte[] asked;
    private final ClientStatement statement;
    private Execution execution;
    private boolean mayOpenCursor;
    /** What was executed, where a cursor was asked for. */
    private PreparedStatement askedForCursor;

    /**
     * @param statement the statement as the client prepared it; null when it did not prepare it
     * @param execution owned by this work from here
     */
    ExecuteWork(ClientSession session, StatementInfo info, byte[] sql, ClientStatement statement, Execution execution) {
        this(session, info, sql, sql, statement, execution);
    }

    /**
     * @param asked the text that another one is sent for
     */
    ExecuteWork(
            ClientSession session,
            StatementInfo info,
            byte[] sql,
            byte[] asked,
            ClientStatement statement,
            Execution execution) {
        this.asked = asked;
        this.statement = statement;
        this.session = session;
        this.info = info;
        this.sql = sql;
        this.execution = execution;
    }

    @Override
    public StatementInfo info() {
        return info;
    }

    @Override
    public byte[] sql() {
        return sql;
    }

    @Override
    public byte[] asked() {
        return asked;
    }

    @Override
    public void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed) {
        var text = asksForCursor() ? Cursors.text(connection, text(), statement) : text();
        var known = connection.preparedStatements().lookup(text);
        if (known != null) {
            execute(connection, known, listener);
        } else {
            prepare(connection, text, listener, failed);
        }
    }

    private StatementText text() {
        if (statement == null || sql != statement.sql()) {
            return newText();
        }
        String schema = session.schema();
        var variables = session.variables();
        var text = statement.text(schema, variables);
        if (text == null) {
            text = newText();
            statement.text(schema, variables, text);
        }
        return text;
    }

    private StatementText newText() {
        return statement == null || statement.preparedUnder() == null
                ? PrepareWork.text(session, sql)
                : new StatementText(sql, session.schema(), statement.preparedUnder());
    }

    private void prepare(
            PooledConnection connection, StatementText text, ReplyListener listener, Consumer<GatewayError> failed) {
        var payload = Unpooled.directBuffer(1 + sql.length)
                .writeByte(Command.COM_STMT_PREPARE)
                .writeBytes(sql);
        var prepared = new StmtPrepareOk[1];
        connection.executePayload(
                ReplyKind.PREPARE,
                payload,
                new StatusListener((status, broken) -> {
                    if (execution == null) {
                        // Given up in the meantime, and its connection with it.
                        return;
                    }
                    if (broken != null) {
                        drop();
                        listener.onBroken(broken);
                    } else if (status.isError()) {
                        drop();
                        failed.accept(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
                    } else {
                        var remembered = connection
                                .preparedStatements()
                                .remember(
                                        text,
                                        prepared[0].statementId(),
                                        prepared[0].parameters(),
                                        prepared[0].columns());
                        execute(connection, remembered, listener);
                    }
                }) {
                    @Override
                    public void onControl(ControlPacket kind, int sequenceId, ByteBuf control) {
                        if (kind == ControlPacket.PREPARE_OK && execution != null) {
                            prepared[0] = StmtPrepareOk.decode(control.duplicate(), connection.capabilities());
                        }
                    }
                });
    }

    private void execute(PooledConnection connection, PreparedStatement prepared, ReplyListener listener) {
        int id = prepared.statementId();
        execution.longData().forEach((parameter, data) -> {
            var head = Unpooled.buffer(7)
                    .writeByte(Command.COM_STMT_SEND_LONG_DATA)
                    .writeIntLE(id)
                    .writeShortLE(parameter);
            connection.executePayload(
                    ReplyKind.NONE,
                    Unpooled.wrappedBuffer(head, data.retainedDuplicate()),
                    new StatusListener((status, broken) -> {}));
        });
        boolean cursor = asksForCursor();
        askedForCursor = cursor ? prepared : null;
        var payload = execution.encode(id, cursor);
        drop();
        connection.executePayload(
                ReplyKind.EXECUTE, payload, statement == null ? listener : new ColumnWatch(listener, statement));
    }

    @Override
    public byte[] parameterBytes() {
        if (!execution.longData().isEmpty()) {
            return null;
        }
        var encoded = execution.encode(0, false);
        try {
            return ByteBufUtil.getBytes(encoded);
        } finally {
            encoded.release();
        }
    }

    @Override
    public boolean hasBinaryRows() {
        return true;
    }

    @Override
    public void mayOpenCursor(boolean may) {
        mayOpenCursor = may;
    }

    @Override
    public boolean asksForCursor() {
        return mayOpenCursor
                && statement != null
                // One that has to be executed as it was prepared has no second statement for cursors.
                && statement.preparedUnder() == null
                && execution != null
                && execution.wantsCursor()
                && Cursors.mayBeAskedFor(info);
    }

    @Override
    public void ended(PooledConnection connection, ReplyStatus status) {
        if (askedForCursor != null && Cursors.isOpened(status)) {
            Cursors.opened(session, statement, askedForCursor);
        }
    }

    @Override
    public Work again() {
        var again = new ExecuteWork(session, info, sql, asked, statement, execution.again());
        again.mayOpenCursor = mayOpenCursor;
        return again;
    }

    @Override
    public Work rewritten(byte[] text) {
        var taken = execution;
        execution = null;
        var rewritten = new ExecuteWork(session, info, text, asked, statement, taken);
        rewritten.mayOpenCursor = mayOpenCursor;
        return rewritten;
    }

    @Override
    public void drop() {
        if (execution != null) {
            execution.release();
            execution = null;
        }
    }
}
