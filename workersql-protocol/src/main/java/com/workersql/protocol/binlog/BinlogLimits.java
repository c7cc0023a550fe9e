// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;

/**
 * What a {@link BinlogStream} may use at most.
 *
 * @param maxInflatedBytes of one compressed event or transaction, 1 KiB to 1 GiB; default 64 MiB. A value's size never exceeds it
 * @param maxTableMaps that one statement may refer to, at least 1; default 1,024
 * @param maxEventsPerTransaction inside of one compressed transaction, at least 1; default 1,000,000
 */
public record BinlogLimits(int maxInflatedBytes, int maxTableMaps, int maxEventsPerTransaction) {
    /** The defaults. */
    public static final BinlogLimits DEFAULT = new BinlogLimits(64 << 20, 1024, 1_000_000);

    /** Columns of a table, in both servers. */
    static final int MAX_COLUMNS = 4096;

    public BinlogLimits {
        if (maxInflatedBytes < 1 << 10 || maxInflatedBytes > 1 << 30) {
            throw new IllegalArgumentException("maxInflatedBytes is 1024 to 1073741824, not " + maxInflatedBytes);
        }
        if (maxTableMaps < 1 || maxEventsPerTransaction < 1) {
            throw new IllegalArgumentException("maxTableMaps and maxEventsPerTransaction are 1 or more, not "
                    + maxTableMaps + " and " + maxEventsPerTransaction);
        }
    }

    static ProtocolException exceeded(String what, long found, long allowed, String setting) {
        return new ProtocolException(
                ServerErrors.ER_NET_PACKET_TOO_LARGE,
                what + ": at least " + found + ", allowed are " + allowed + " (" + setting + ")");
    }
}
