// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Says who a replica is, before it asks for the binary log (COM_REGISTER_SLAVE on the wire). The answer is OK or ERR.
 *
 * <pre>{@code
 * 0x15, server id (4 bytes), length (1 byte) and host, length (1 byte) and user, length (1 byte) and password,
 * port (2 bytes), rank (4 bytes), source's server id (4 bytes)
 * }</pre>
 *
 * <p>The server only shows these values. Source: dev.mysql.com "COM_REGISTER_SLAVE".
 *
 * @param serverId the replica's, taken as unsigned
 * @param host at most 255 bytes, may be empty, as user and password
 * @param user for whoever wants to log in to the replica
 * @param password for whoever wants to log in to the replica
 * @param port 0 to 65535
 * @param rank without meaning today
 * @param sourceId 0: the server fills it in
 */
public record RegisterReplica(int serverId, String host, String user, String password, int port, int rank, int sourceId)
        implements ClientCommand {

    /** Checks that nothing is null. */
    public RegisterReplica {
        requireNonNull(host, "host");
        requireNonNull(user, "user");
        requireNonNull(password, "password");
    }

    @Override
    public int command() {
        return Command.COM_REGISTER_SLAVE;
    }

    static RegisterReplica decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 4);
        int serverId = in.readIntLE();
        String host = readShort(in);
        String user = readShort(in);
        String password = readShort(in);
        ProtocolStrings.require(in, 10);
        return new RegisterReplica(
                serverId, host, user, password, in.readUnsignedShortLE(), in.readIntLE(), in.readIntLE());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_REGISTER_SLAVE).writeIntLE(serverId);
        writeShort(out, host);
        writeShort(out, user);
        writeShort(out, password);
        out.writeShortLE(port).writeIntLE(rank).writeIntLE(sourceId);
    }

    private static String readShort(ByteBuf in) {
        ProtocolStrings.require(in, 1);
        byte[] bytes = ProtocolStrings.readFixedBytes(in, in.readUnsignedByte());
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
            // With replacement characters it could be longer than its length can say.
            throw ProtocolException.malformed("a replica's name, user or password that is not UTF-8");
        }
        return text;
    }

    private static void writeShort(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new IllegalArgumentException("a text of " + bytes.length + " bytes, allowed are 255");
        }
        out.writeByte(bytes.length).writeBytes(bytes);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "RegisterReplica[serverId=" + serverId + ", host=" + host + ", user=" + user + ", port=" + port
                + ", rank=" + rank + ", sourceId=" + sourceId + ']';
    }
}
