// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Prepares a statement. The answer begins with {@link com.workersql.protocol.message.server.StmtPrepareOk}, or is ERR.
 *
 * <pre>{@code
 * 0x16, statement (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STMT_PREPARE".
 *
 * @param sql borrowed: a slice of the payload, valid as long as the payload is; in the client's character set
 */
public record StmtPrepare(ByteBuf sql) implements ClientCommand {

    public StmtPrepare {
        requireNonNull(sql, "sql");
    }

    @Override
    public int command() {
        return Command.COM_STMT_PREPARE;
    }

    static StmtPrepare decodeBody(ByteBuf in) {
        return new StmtPrepare(Query.readSql(in));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_PREPARE);
        Query.writeSql(out, sql);
    }
}
