// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.ClientStatement;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.function.Consumer;

/** A COM_STMT_FETCH, sent as the client wrote it, but for the statement's id. */
final class FetchWork extends CommandWork {
    private final ClientSession session;
    private final ClientStatement statement;

    /**
     * @param statement whose cursor is open
     * @param command the command's payload; owned by this work until it is sent
     */
    FetchWork(ClientSession session, ClientStatement statement, ByteBuf command) {
        super(reading(statement.info()), command);
        this.session = session;
        this.statement = statement;
    }

    /** Whatever the statement has done, its rows are only read. */
    private static StatementInfo reading(StatementInfo asked) {
        return new StatementInfo(StatementKind.SELECT, true, asked.permission(), Set.of(), asked.fingerprint());
    }

    @Override
    public Step step() {
        return Step.FETCHES;
    }

    @Override
    public void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed) {
        var sent = taken();
        sent.setIntLE(
                sent.readerIndex() + StmtExecute.STATEMENT_ID_OFFSET,
                statement.cursor().statementId());
        connection.executePayload(ReplyKind.FETCH, sent, listener);
    }

    @Override
    public void ended(PooledConnection connection, ReplyStatus status) {
        boolean last = (status.statusFlags() & StatusFlags.SERVER_STATUS_LAST_ROW_SENT) != 0;
        if ((last || status.isError()) && Cursors.isOpen(session, statement)) {
            Cursors.ended(session, statement);
        }
    }

    @Override
    public Work again() {
        return new FetchWork(session, statement, shared());
    }
}
