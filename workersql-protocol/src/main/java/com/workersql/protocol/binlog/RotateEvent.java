// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The log goes on elsewhere: at the end of a file, and ahead of the first event of a stream.
 *
 * <pre>{@code position (8 bytes), file name (rest) }</pre>
 *
 * <p>Source: dev.mysql.com "Rotate_event".
 *
 * @param position of the next event in that file
 * @param file its name
 */
public record RotateEvent(long position, String file) implements BinlogEvent {
    static RotateEvent decode(ByteBuf body) {
        ProtocolStrings.require(body, 8);
        return new RotateEvent(body.readLongLE(), ProtocolStrings.readRest(body));
    }
}
