// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * MySQL: asks for the stream of the binary log without the transactions that the replica has. The answer is that of
 * {@link BinlogDump}.
 *
 * <pre>{@code
 * 0x1E, flags (2 bytes), server id (4 bytes), length of the file's name (4 bytes), file, position (8 bytes),
 * length of the set (4 bytes), set of GTIDs
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_BINLOG_DUMP_GTID".
 *
 * @param flags {@link BinlogDump#NON_BLOCK} and {@link #THROUGH_GTID}
 * @param serverId the replica's, taken as unsigned
 * @param file empty with {@link #THROUGH_GTID}
 * @param position 4 with {@link #THROUGH_GTID}
 * @param executed what the replica has
 */
public record BinlogDumpGtid(int flags, int serverId, String file, long position, GtidSet executed)
        implements ClientCommand {
    /** The set of GTIDs counts. */
    public static final int THROUGH_GTID = 4;

    /** Checks that nothing is null. */
    public BinlogDumpGtid {
        requireNonNull(file, "file");
        requireNonNull(executed, "executed");
    }

    @Override
    public int command() {
        return Command.COM_BINLOG_DUMP_GTID;
    }

    static BinlogDumpGtid decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 10);
        int flags = in.readUnsignedShortLE();
        int serverId = in.readIntLE();
        ByteBuf name = readSized(in);
        String file = ProtocolStrings.readRest(name);
        ProtocolStrings.require(in, 8);
        long position = in.readLongLE();
        GtidSet executed = GtidSet.EMPTY;
        if (in.isReadable()) {
            ProtocolStrings.require(in, 4);
            ByteBuf set = readSized(in);
            executed = set.isReadable() ? GtidSet.decode(set) : GtidSet.EMPTY;
        }
        return new BinlogDumpGtid(flags, serverId, file, position, executed);
    }

    private static ByteBuf readSized(ByteBuf in) {
        int length = in.readIntLE();
        ProtocolStrings.require(in, length < 0 ? Integer.MAX_VALUE : length);
        return in.readSlice(length);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        byte[] name = file.getBytes(StandardCharsets.UTF_8);
        out.writeByte(Command.COM_BINLOG_DUMP_GTID).writeShortLE(flags).writeIntLE(serverId);
        out.writeIntLE(name.length).writeBytes(name).writeLongLE(position);
        int lengthIndex = out.writerIndex();
        out.writeIntLE(0);
        executed.encode(out);
        out.setIntLE(lengthIndex, out.writerIndex() - lengthIndex - 4);
    }
}
