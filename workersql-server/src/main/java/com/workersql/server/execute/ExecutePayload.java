// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.ParameterReader;
import com.workersql.protocol.value.ParameterWriter;
import com.workersql.router.Parameters;
import com.workersql.server.session.ClientStatement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A client's COM_STMT_EXECUTE, as it can be sent to any connection. */
final class ExecutePayload implements Execution {
    private static final int FIXED_BYTES = 10;
    private static final int FLAGS_OFFSET = 5;
    private static final int CURSORS =
            StmtExecute.CURSOR_TYPE_READ_ONLY | StmtExecute.CURSOR_TYPE_FOR_UPDATE | StmtExecute.CURSOR_TYPE_SCROLLABLE;

    private final ByteBuf command;
    private final StmtExecute execute;
    private final ParameterReader reader;
    private final Map<Integer, ByteBuf> longData;

    private ExecutePayload(
            ByteBuf command, StmtExecute execute, ParameterReader reader, Map<Integer, ByteBuf> longData) {
        this.command = command;
        this.execute = execute;
        this.reader = reader;
        this.longData = longData;
    }

    /**
     * Reads a payload; the parameter types that it brings are remembered, the data sent in pieces goes over to it.
     *
     * @param command owned by the result; on an exception it stays the caller's
     */
    static ExecutePayload read(ClientStatement statement, ByteBuf command) {
        var execute = (StmtExecute) ClientCommand.decode(command.duplicate(), CapabilityFlags.NONE);
        var longData = statement.longData();
        var given = given(longData);
        var reader = new ParameterReader()
                .wrap(execute, CapabilityFlags.NONE, statement.parameterCount(), statement.parameterTypes(), given);
        statement.parameterTypes(reader.types());
        var pieces = retained(longData);
        statement.discardLongData();
        return new ExecutePayload(command, execute, reader, pieces);
    }

    /** The parameters that came in pieces; null for none. */
    private static BitSet given(Map<Integer, CompositeByteBuf> longData) {
        if (longData.isEmpty()) {
            return null;
        }
        var given = new BitSet();
        longData.keySet().forEach(given::set);
        return given;
    }

    private static Map<Integer, ByteBuf> retained(Map<Integer, CompositeByteBuf> longData) {
        if (longData.isEmpty()) {
            return Map.of();
        }
        var pieces = new HashMap<Integer, ByteBuf>();
        longData.forEach((index, data) -> pieces.put(index, data.retain()));
        return pieces;
    }

    /** Whether there is a value whose type was told as NULL, by an execution before. */
    boolean hasValueOfTypeNull() {
        for (int i = 0; i < reader.count(); i++) {
            if (reader.type(i) == ColumnType.NULL && !reader.isNull(i) && !reader.isLongData(i)) {
                return true;
            }
        }
        return false;
    }

    /** The values as the router asks for them. */
    Parameters parameters() {
        return new ClientParameters(reader, longData);
    }

    @Override
    public ByteBuf encode(int statementId, boolean cursor) {
        int withoutCursor = execute.flags() & ~CURSORS;
        int flags = cursor ? withoutCursor | StmtExecute.CURSOR_TYPE_READ_ONLY : withoutCursor;
        int count = reader.count();
        int start = command.readerIndex();
        boolean hasTypes = count == 0 || command.getByte(start + FIXED_BYTES + (count + 7) / 8) == 1;
        if (hasTypes) {
            // All but the id and the flags is what the connection needs, however large.
            command.setIntLE(start + StmtExecute.STATEMENT_ID_OFFSET, statementId);
            command.setByte(start + FLAGS_OFFSET, flags);
            return command.retainedDuplicate();
        }
        var out = command.alloc().buffer(command.readableBytes() + 2 * count);
        var sent = new StmtExecute(execute.statementId(), flags, execute.iterations(), execute.parameters());
        new ParameterWriter().rewrite(out, statementId, sent, reader, CapabilityFlags.NONE, null);
        return out;
    }

    @Override
    public boolean wantsCursor() {
        return (execute.flags() & StmtExecute.CURSOR_TYPE_READ_ONLY) != 0;
    }

    @Override
    public Map<Integer, ByteBuf> longData() {
        return longData;
    }

    @Override
    public Execution again() {
        if (!longData.isEmpty()) {
            longData.values().forEach(ByteBuf::retain);
        }
        command.retain();
        return new ExecutePayload(command, execute, reader, longData);
    }

    @Override
    public void release() {
        if (!longData.isEmpty()) {
            longData.values().forEach(ByteBuf::release);
        }
        command.release();
    }
}
