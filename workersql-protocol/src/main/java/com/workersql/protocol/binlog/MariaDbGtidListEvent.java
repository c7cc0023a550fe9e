// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The last transaction of each domain and server in all files before this one, in MariaDB.
 *
 * <pre>{@code count and flags (28 and 4 bits), for each: domain (4 bytes), server (4 bytes), sequence number (8 bytes) }</pre>
 *
 * <p>Source: mariadb.com "GTID_LIST_EVENT".
 *
 * @param gtids never null
 */
public record MariaDbGtidListEvent(List<MariaDbGtid> gtids) implements BinlogEvent {
    private static final int GTID_BYTES = 16;
    private static final int COUNT_MASK = 0x0FFF_FFFF;

    public MariaDbGtidListEvent {
        gtids = List.copyOf(gtids);
    }

    static MariaDbGtidListEvent decode(ByteBuf body) {
        ProtocolStrings.require(body, 4);
        int count = body.readIntLE() & COUNT_MASK;
        if ((long) count * GTID_BYTES > body.readableBytes()) {
            throw ProtocolException.malformed(
                    "a list of " + count + " GTIDs, " + body.readableBytes() + " bytes are left");
        }
        List<MariaDbGtid> gtids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            gtids.add(new MariaDbGtid(body.readUnsignedIntLE(), body.readUnsignedIntLE(), body.readLongLE()));
        }
        return new MariaDbGtidListEvent(gtids);
    }
}
