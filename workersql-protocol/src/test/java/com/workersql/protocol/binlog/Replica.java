// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.BinlogDumpGtid;
import com.workersql.protocol.message.client.GtidSet;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.session.ClientHandshake;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Follows a server's binary log over a blocking socket: how to use {@link BinlogStream} in a few lines. */
final class Replica implements AutoCloseable {
    private static final int MAX_EVENT_BYTES = 1 << 24;

    private final Socket socket;
    private final PacketDecoder decoder = new PacketDecoder(
            UnpooledByteBufAllocator.DEFAULT, MAX_EVENT_BYTES, SequenceMode.UNCHECKED, Reservation.UNLIMITED);
    private final BinlogStream stream;
    private ByteBuf arrived = Unpooled.EMPTY_BUFFER;

    Replica(int port, String user, String password) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        ClientHandshake handshake = new ClientHandshake(ClientHandshakeConfig.builder(user)
                .password(password.getBytes(StandardCharsets.UTF_8))
                .tls(TlsMode.DISABLED)
                .allowPublicKeyRetrieval(true)
                .build());
        ClientHandshake.Step step = ClientHandshake.Step.READ;
        while (step == ClientHandshake.Step.READ) {
            ByteBuf payload = nextPayload();
            ByteBuf out = Unpooled.buffer();
            step = handshake.receive(payload, decoder.sequenceId(), out);
            payload.release();
            out.readBytes(socket.getOutputStream(), out.readableBytes());
        }
        CapabilityFlags capabilities = handshake.session().capabilities();
        stream = new BinlogStream(capabilities, BinlogLimits.DEFAULT);
    }

    BinlogStream stream() {
        return stream;
    }

    /** Runs a statement that gives no rows. */
    void execute(String sql) throws IOException {
        ByteBuf query = Unpooled.buffer();
        new Query(Unpooled.copiedBuffer(sql, StandardCharsets.UTF_8)).encode(query, new CapabilityFlags(0));
        send(query);
        ByteBuf reply = nextPayload();
        if (reply.getUnsignedByte(0) != 0) {
            throw new IOException(
                    sql + ": " + Err.decode(reply, new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41)));
        }
        reply.release();
    }

    /** Asks for the log from a position on. */
    void dump(String file, long position, int flags, int serverId) throws IOException {
        ByteBuf command = Unpooled.buffer();
        command.writeByte(Command.COM_BINLOG_DUMP)
                .writeIntLE((int) position)
                .writeShortLE(flags)
                .writeIntLE(serverId);
        command.writeCharSequence(file, StandardCharsets.US_ASCII);
        send(command);
    }

    /** Asks for what is behind a set of GTIDs (MySQL). */
    void dumpGtid(int flags, int serverId, GtidSet executed) throws IOException {
        ByteBuf command = Unpooled.buffer();
        new BinlogDumpGtid(flags | BinlogDumpGtid.THROUGH_GTID, serverId, "", 4, executed)
                .encode(command, new CapabilityFlags(0));
        send(command);
    }

    BinlogPacket next() throws IOException {
        ByteBuf payload = nextPayload();
        try {
            return stream.read(payload);
        } finally {
            payload.release();
        }
    }

    void send(ByteBuf payload) throws IOException {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.write(out, 0, payload);
        out.readBytes(socket.getOutputStream(), out.readableBytes());
    }

    /** The next payload, which the caller releases. */
    ByteBuf nextPayload() throws IOException {
        ByteBuf payload = decoder.decode(arrived);
        while (payload == null) {
            byte[] bytes = new byte[1 << 14];
            int length = socket.getInputStream().read(bytes);
            if (length < 0) {
                throw new IOException("the server closed the connection");
            }
            arrived = Unpooled.wrappedBuffer(bytes, 0, length);
            payload = decoder.decode(arrived);
        }
        return payload;
    }

    @Override
    public void close() throws IOException {
        decoder.close();
        socket.close();
    }
}
