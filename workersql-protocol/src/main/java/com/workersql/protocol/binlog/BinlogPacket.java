// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;

/** One payload of a server that sends its binary log. */
public sealed interface BinlogPacket permits BinlogPacket.Entry, BinlogPacket.End, BinlogPacket.Failure {

    /**
     * An event.
     *
     * @param header of the event
     * @param event what it says
     */
    record Entry(EventHeader header, BinlogEvent event) implements BinlogPacket {}

    /**
     * The log has no more events, and the client had asked not to wait for new ones.
     *
     * @param eof the packet that says so
     */
    record End(Eof eof) implements BinlogPacket {}

    /**
     * The server stops sending.
     *
     * @param err why
     */
    record Failure(Err err) implements BinlogPacket {}
}
