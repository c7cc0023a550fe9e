// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.pool.StatementText;
import com.workersql.protocol.Command;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.ClientStatement;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionVariables;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.function.Consumer;

/** Prepares a statement on one connection, for the metadata that the client wants, under an id of the gateway's. */
final class PrepareWork extends CommandWork {
    private final ClientSession session;
    private final byte[] sql;
    private final byte[] sent;
    private final boolean ofItsConnection;
    private boolean givenUp;

    /**
     * @param command the payload of the COM_STMT_PREPARE; owned by this work until it is sent
     * @param ofItsConnection whether the statement must be executed where it was prepared
     */
    PrepareWork(ClientSession session, StatementInfo info, byte[] sql, ByteBuf command, boolean ofItsConnection) {
        this(session, info, sql, sql, command, ofItsConnection);
    }

    private PrepareWork(
            ClientSession session,
            StatementInfo info,
            byte[] sql,
            byte[] sent,
            ByteBuf command,
            boolean ofItsConnection) {
        super(preparing(info), command);
        this.session = session;
        this.ofItsConnection = ofItsConnection;
        this.sent = sent;
        this.sql = sql;
    }

    /** Preparing changes no state; what the execution will do is asked again then. */
    private static StatementInfo preparing(StatementInfo info) {
        return new StatementInfo(info.kind(), true, info.permission(), tables(info), info.fingerprint());
    }

    /** Servers open a statement's tables when they prepare it, which clears the diagnostics. */
    private static Set<SessionEffect> tables(StatementInfo info) {
        return info.has(SessionEffect.TABLES) ? Set.of(SessionEffect.TABLES) : Set.of();
    }

    /** The name of the reason to keep a connection for the sake of a statement that was prepared there. */
    static String ofStatement(int id) {
        return "prepared statement " + id;
    }

    /** The key under which a connection keeps a prepared text: what changes its meaning is part of it. */
    static StatementText text(ClientSession session, byte[] sql) {
        return new StatementText(sql, session.schema(), parsing(session));
    }

    private static String parsing(ClientSession session) {
        var variables = session.variables();
        var modes = new StringBuilder();
        variables.assignments().forEach((name, value) -> {
            if (name.equals("sql_mode") || SessionVariables.isCharset(name)) {
                modes.append(name).append('=').append(value).append(' ');
            }
        });
        return modes.toString();
    }

    @Override
    public Step step() {
        return Step.PREPARES;
    }

    @Override
    public void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed) {
        connection.executePayload(ReplyKind.PREPARE, taken(), new Renumbering(connection, listener));
    }

    @Override
    public Work again() {
        return new PrepareWork(session, info(), sql, sent, shared(), ofItsConnection);
    }

    @Override
    public Work rewritten(byte[] text) {
        drop();
        return new PrepareWork(session, info(), sql, text, payload(Command.COM_STMT_PREPARE, text), ofItsConnection);
    }

    @Override
    public void drop() {
        givenUp = true;
        super.drop();
    }

    /** Keeps the server's id with the connection and gives the client the gateway's. */
    private final class Renumbering extends ForwardedAnswer {
        private final PooledConnection connection;
        private StmtPrepareOk prepared;
        private StatementText text;

        Renumbering(PooledConnection connection, ReplyListener listener) {
            super(listener);
            this.connection = connection;
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
            if (givenUp || session.isClosed()) {
                // Nobody would take the statement out of the tenant's count again.
                return;
            }
            if (kind != ControlPacket.PREPARE_OK) {
                super.onControl(kind, sequenceId, payload);
                return;
            }
            prepared = StmtPrepareOk.decode(payload.duplicate(), connection.capabilities());
            int id = session.prepared().nextId();
            var statement = new ClientStatement(id, sql, prepared.parameters(), info());
            statement.columnCount(prepared.columns());
            session.prepared().add(statement);
            if (ofItsConnection) {
                session.pins().add(HoldReason.USER_VARIABLE, ofStatement(id));
                statement.preparedUnder(parsing(session) + ofStatement(id));
                text = new StatementText(sent, session.schema(), statement.preparedUnder());
            } else {
                text = text(session, sent);
            }
            var renumbered = payload.copy();
            try {
                renumbered.setIntLE(renumbered.readerIndex() + StmtPrepareOk.STATEMENT_ID_OFFSET, id);
                super.onControl(kind, sequenceId, renumbered);
            } finally {
                renumbered.release();
            }
        }

        @Override
        public void onComplete(ReplyStatus status) {
            if (givenUp) {
                return;
            }
            if (prepared != null && !status.isError()) {
                connection
                        .preparedStatements()
                        .remember(text, prepared.statementId(), prepared.parameters(), prepared.columns());
            }
            super.onComplete(status);
        }
    }
}
