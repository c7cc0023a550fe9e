// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Executes a prepared statement. The answer is OK, ERR or a result set of binary rows, or a cursor that COM_STMT_FETCH reads.
 *
 * <pre>{@code
 * 0x17, statement id (4 bytes), flags (1 byte), iterations (4 bytes),
 * [ statement has parameters, or CLIENT_QUERY_ATTRIBUTES and PARAMETER_COUNT_AVAILABLE:
 *   [ CLIENT_QUERY_ATTRIBUTES: parameters and attributes (lenenc int) ],
 *   [ any: NULL bitmap ((n + 7) / 8 bytes), new types (1 byte),
 *     [ new types = 1: (type (2 bytes), [ CLIENT_QUERY_ATTRIBUTES: name (lenenc) ])* ], values ] ]
 * }</pre>
 *
 * <p>What the parameters are can only be read by who knows how many the statement has and which types were told last:
 * {@link com.workersql.protocol.value.ParameterReader}. Source: dev.mysql.com "COM_STMT_EXECUTE".
 *
 * @param statementId taken as unsigned
 * @param flags {@link #CURSOR_TYPE_READ_ONLY} and so on
 * @param iterations always 1; some clients send others, which servers ignore
 * @param parameters borrowed: a slice of the payload from behind the iterations to its end, valid as long as the payload is
 */
public record StmtExecute(int statementId, int flags, int iterations, ByteBuf parameters) implements ClientCommand {
    /** Opens a cursor for reading, where the statement gives rows and the server can. */
    public static final int CURSOR_TYPE_READ_ONLY = 1;

    /** Reserved: a cursor for updates. */
    public static final int CURSOR_TYPE_FOR_UPDATE = 2;

    /** Reserved: a cursor that scrolls. */
    public static final int CURSOR_TYPE_SCROLLABLE = 4;

    /** The number of parameters and attributes is told, also when the statement has no parameters. */
    public static final int PARAMETER_COUNT_AVAILABLE = 8;

    /** Where the statement id is in the payload. */
    public static final int STATEMENT_ID_OFFSET = 1;

    /** Checks that the parameters are not null. */
    public StmtExecute {
        requireNonNull(parameters, "parameters");
    }

    @Override
    public int command() {
        return Command.COM_STMT_EXECUTE;
    }

    /** True when a cursor is asked for. */
    public boolean wantsCursor() {
        return (flags & (CURSOR_TYPE_READ_ONLY | CURSOR_TYPE_FOR_UPDATE | CURSOR_TYPE_SCROLLABLE)) != 0;
    }

    static StmtExecute decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 9);
        return new StmtExecute(in.readIntLE(), in.readUnsignedByte(), in.readIntLE(), in.readSlice(in.readableBytes()));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_EXECUTE)
                .writeIntLE(statementId)
                .writeByte(flags)
                .writeIntLE(iterations);
        out.writeBytes(parameters, parameters.readerIndex(), parameters.readableBytes());
    }
}
