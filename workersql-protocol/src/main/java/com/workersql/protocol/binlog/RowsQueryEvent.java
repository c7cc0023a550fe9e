// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The statement that made the row events that follow: MySQL's ROWS_QUERY (with {@code binlog_rows_query_log_events}), MariaDB's
 * ANNOTATE_ROWS.
 *
 * <pre>{@code [ MySQL: length (1 byte), to be ignored ], statement (rest) }</pre>
 *
 * <p>Source: dev.mysql.com "Rows_query_event", mariadb.com "ANNOTATE_ROWS_EVENT".
 *
 * @param statement in the charset of the client
 */
public record RowsQueryEvent(Bytes statement) implements BinlogEvent {
    /** The statement read as UTF-8. */
    public String statementText() {
        return new String(statement.toArray(), StandardCharsets.UTF_8);
    }

    static RowsQueryEvent decode(ByteBuf body, boolean hasLength) {
        if (hasLength) {
            ProtocolStrings.require(body, 1);
            body.skipBytes(1);
        }
        return new RowsQueryEvent(ProtocolStrings.readRestValue(body));
    }
}
