// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.message.client.GtidSet;
import io.netty.buffer.ByteBuf;

/**
 * The ids of all transactions in the files before this one, in MySQL, written as in COM_BINLOG_DUMP_GTID: {@link GtidSet}.
 *
 * <pre>{@code
 * set of GTIDs (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Previous_gtids_event", Gtid_set::encode.
 *
 * @param executed what a replica has that has read those files
 */
public record PreviousGtidsEvent(GtidSet executed) implements BinlogEvent {
    public PreviousGtidsEvent {
        requireNonNull(executed, "executed");
    }

    /** As {@code gtid_executed} has it: {@code uuid:1-5:7:tag:1-3}, sets of several UUIDs with a comma between them. */
    public String gtids() {
        return executed.toString();
    }

    static PreviousGtidsEvent decode(ByteBuf body) {
        return new PreviousGtidsEvent(GtidSet.decode(body));
    }
}
