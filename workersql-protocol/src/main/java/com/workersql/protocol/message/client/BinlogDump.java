// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Asks for the stream of the binary log from a position. The answer is packets of 0x00 and an event each, then EOF or ERR.
 *
 * <pre>{@code
 * 0x12, position (4 bytes), flags (2 bytes), server id (4 bytes), file (rest)
 * }</pre>
 *
 * <p>MariaDB begins at a GTID by this command too: {@link MariaDbGtidPosition}. Source: dev.mysql.com "COM_BINLOG_DUMP",
 * mariadb.com "COM_BINLOG_DUMP".
 *
 * @param position of the first event in the file, taken as unsigned; 4 for the file's beginning
 * @param flags {@link #NON_BLOCK} or 0; MariaDB has further ones
 * @param serverId the replica's, taken as unsigned
 * @param file its name, empty for the first that the server has
 */
public record BinlogDump(int position, int flags, int serverId, String file) implements ClientCommand {
    /** The stream ends by EOF at the log's end, instead of waiting for more. */
    public static final int NON_BLOCK = 1;

    /** Checks that the name is not null. */
    public BinlogDump {
        requireNonNull(file, "file");
    }

    @Override
    public int command() {
        return Command.COM_BINLOG_DUMP;
    }

    static BinlogDump decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 10);
        return new BinlogDump(in.readIntLE(), in.readUnsignedShortLE(), in.readIntLE(), ProtocolStrings.readRest(in));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_BINLOG_DUMP)
                .writeIntLE(position)
                .writeShortLE(flags)
                .writeIntLE(serverId);
        ProtocolStrings.writeRest(out, file);
    }
}
