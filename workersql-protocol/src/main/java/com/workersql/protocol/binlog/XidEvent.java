// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * A transaction has committed.
 *
 * <pre>{@code transaction number (8 bytes) }</pre>
 *
 * <p>Source: dev.mysql.com "Xid_event".
 *
 * @param xid the number by which the storage engine knows it; not to be compared between servers
 */
public record XidEvent(long xid) implements BinlogEvent {
    static XidEvent decode(ByteBuf body) {
        ProtocolStrings.require(body, 8);
        return new XidEvent(body.readLongLE());
    }
}
