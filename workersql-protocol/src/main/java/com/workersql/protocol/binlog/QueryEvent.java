// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A statement that is replicated by its text: DDL, and BEGIN ahead of row events.
 *
 * <pre>{@code
 * thread id (4 bytes), seconds it took (4 bytes), length of the schema's name (1 byte), error (2 bytes),
 * length of the status variables (2 bytes), status variables, schema, 0x00, statement (rest)
 * }</pre>
 *
 * <p>In MariaDB's compressed form the statement is compressed, nothing else. Source: dev.mysql.com "Query_event", mariadb.com
 * "QUERY_COMPRESSED_EVENT".
 *
 * @param threadId of the connection, unsigned
 * @param executionSeconds how long it took
 * @param errno with which it ended; 0 for success
 * @param statusVariables the session's state that matters for the statement, as the server wrote it
 * @param schema the current one; empty for none
 * @param statement in the charset that the status variables name
 */
public record QueryEvent(
        long threadId, long executionSeconds, int errno, Bytes statusVariables, String schema, Bytes statement)
        implements BinlogEvent {
    private static final int FIXED_BYTES = 13;

    /** The statement read as UTF-8, which the clients of today use. */
    public String statementText() {
        return new String(statement.toArray(), StandardCharsets.UTF_8);
    }

    static QueryEvent decode(ByteBuf body, boolean isCompressed, BinlogLimits limits) {
        ProtocolStrings.require(body, FIXED_BYTES);
        long threadId = body.readUnsignedIntLE();
        long seconds = body.readUnsignedIntLE();
        int schemaBytes = body.readUnsignedByte();
        int errno = body.readUnsignedShortLE();
        Bytes variables = ProtocolStrings.readFixedValue(body, body.readUnsignedShortLE());
        ProtocolStrings.require(body, schemaBytes + 1);
        String schema = body.readString(schemaBytes, StandardCharsets.UTF_8);
        if (body.readByte() != 0) {
            throw ProtocolException.malformed("a schema's name without its NUL in a binlog event");
        }
        Bytes statement = isCompressed
                ? ProtocolStrings.readRestValue(Unpooled.wrappedBuffer(Inflate.eventPart(body, limits)))
                : ProtocolStrings.readRestValue(body);
        return new QueryEvent(threadId, seconds, errno, variables, schema, statement);
    }
}
