// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The server is alive and has nothing to say.
 *
 * <pre>{@code
 * version 1: file name (rest); the position is in the header
 * version 2: fields of type (lenenc int), length (lenenc int), value; ended by type 0;
 *            type 1 is the file name (string), type 2 the position (lenenc int)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Heartbeat_event" and "Heartbeat_event_v2".
 *
 * @param file where the stream is
 * @param position in the file
 */
public record HeartbeatEvent(String file, long position) implements BinlogEvent {
    private static final int END = 0;
    private static final int FILE = 1;
    private static final int POSITION = 2;

    static HeartbeatEvent decode(ByteBuf body, EventHeader header) {
        return new HeartbeatEvent(ProtocolStrings.readRest(body), header.nextPosition());
    }

    static HeartbeatEvent decodeV2(ByteBuf body) {
        String file = "";
        long position = 0;
        while (body.isReadable()) {
            long type = LengthEncodedInteger.read(body);
            if (type == END) {
                break;
            }
            ByteBuf value = body.readSlice(LengthEncodedInteger.readLength(body));
            if (type == FILE) {
                file = value.toString(StandardCharsets.UTF_8);
            } else if (type == POSITION) {
                position = LengthEncodedInteger.read(value);
            }
        }
        if (position < 0) {
            throw ProtocolException.malformed("a binlog position of " + Long.toUnsignedString(position));
        }
        return new HeartbeatEvent(file, position);
    }
}
