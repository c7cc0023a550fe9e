// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * MariaDB: executes a prepared statement once per row of parameters. Only with
 * {@link CapabilityFlags#MARIADB_CLIENT_STMT_BULK_OPERATIONS}. The answer is one OK for all rows, ERR, or a result set; with
 * {@link #SEND_UNIT_RESULTS} a result set of one id and one count per row.
 *
 * <pre>{@code
 * 0xFA, statement id (4 bytes), flags (2 bytes),
 * [ SEND_TYPES_TO_SERVER: (type (1 byte), 0x80 for unsigned (1 byte))* ],
 * ( (indicator (1 byte), [ indicator = 0: value ])* )*
 * indicator := 0 value | 1 NULL | 2 DEFAULT | 3 IGNORE
 * }</pre>
 *
 * <p>How many parameters a row has is known to who prepared the statement. Source: mariadb.com "COM_STMT_BULK_EXECUTE".
 *
 * @param statementId taken as unsigned; -1 for the statement that was prepared last
 * @param flags {@link #SEND_TYPES_TO_SERVER} and {@link #SEND_UNIT_RESULTS}
 * @param rows borrowed: a slice of the payload from behind the flags to its end, valid as long as the payload is
 */
public record StmtBulkExecute(int statementId, int flags, ByteBuf rows) implements ClientCommand {
    /** The types of the parameters stand in front of the rows. */
    public static final int SEND_TYPES_TO_SERVER = 128;

    /** Each row is answered; only with {@link CapabilityFlags#MARIADB_CLIENT_BULK_UNIT_RESULTS}. */
    public static final int SEND_UNIT_RESULTS = 64;

    /** A value follows. */
    public static final int INDICATOR_VALUE = 0;

    /** NULL. */
    public static final int INDICATOR_NULL = 1;

    /** The column's default. */
    public static final int INDICATOR_DEFAULT = 2;

    /** The column is left as it is. */
    public static final int INDICATOR_IGNORE = 3;

    /** Checks that the rows are not null. */
    public StmtBulkExecute {
        requireNonNull(rows, "rows");
    }

    @Override
    public int command() {
        return Command.COM_STMT_BULK_EXECUTE;
    }

    static StmtBulkExecute decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 6);
        return new StmtBulkExecute(in.readIntLE(), in.readUnsignedShortLE(), in.readSlice(in.readableBytes()));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_BULK_EXECUTE).writeIntLE(statementId).writeShortLE(flags);
        out.writeBytes(rows, rows.readerIndex(), rows.readableBytes());
    }
}
