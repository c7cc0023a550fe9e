// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A blocking socket that says whatever it is told to. */
final class RogueClient implements AutoCloseable {
    static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private final Socket socket;
    private int lastSequenceId;

    RogueClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
    }

    /** Logs in as a user without a password. */
    static RogueClient loggedIn(int port) throws IOException {
        RogueClient client = new RogueClient(port);
        client.receive();
        client.send(response("open", Bytes.EMPTY, NativePassword.PLUGIN));
        int first = client.receive().getUnsignedByte(0);
        if (first == AuthSwitchRequest.HEADER) {
            client.send(packet(3, new byte[0]));
            first = client.receive().getUnsignedByte(0);
        }
        if (first != 0) {
            throw new IOException("not let in: " + first);
        }
        return client;
    }

    static byte[] packet(int sequenceId, byte[] payload) {
        ByteBuf out = Unpooled.buffer(payload.length + 8);
        PacketEncoder.write(out, sequenceId, Unpooled.wrappedBuffer(payload));
        return ByteBufUtil.getBytes(out);
    }

    static byte[] query(String sql) {
        return packet(0, ("\3" + sql).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] response(String user, Bytes authData, String plugin) {
        ByteBuf out = Unpooled.buffer();
        new HandshakeResponse41(CAPABILITIES, 1 << 24, 45, user, authData, null, plugin, Map.of(), 0)
                .encodePacket(out, 1, CAPABILITIES);
        return ByteBufUtil.getBytes(out);
    }

    void send(byte[]... pieces) throws IOException {
        ByteBuf joined = Unpooled.wrappedBuffer(pieces);
        socket.getOutputStream().write(ByteBufUtil.getBytes(joined));
    }

    /** Sends what the server may have stopped to read. */
    void sendToWhoMayBeGone(byte[]... pieces) throws IOException {
        try {
            send(pieces);
        } catch (SocketException e) {
            // It has closed already.
        }
    }

    /** The next payload; null at the end of the stream. */
    ByteBuf receive() throws IOException {
        try {
            InputStream in = socket.getInputStream();
            byte[] header = in.readNBytes(4);
            if (header.length < 4) {
                return null;
            }
            lastSequenceId = header[3] & 0xFF;
            int length = (header[0] & 0xFF) | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
            byte[] payload = in.readNBytes(length);
            if (payload.length < length) {
                throw new EOFException("a packet of " + length + " bytes ends after " + payload.length);
            }
            return Unpooled.wrappedBuffer(payload);
        } catch (SocketException e) {
            // A server that closes with our bytes unread resets the connection.
            return null;
        }
    }

    int lastSequenceId() {
        return lastSequenceId;
    }

    Bytes receiveSalt() throws IOException {
        return HandshakeV10.decode(receive()).salt();
    }

    Err receiveErr() throws IOException {
        ByteBuf payload = receive();
        return payload == null ? null : Err.decode(payload, CAPABILITIES);
    }

    Ok receiveOk() throws IOException {
        return Ok.decode(receive(), CAPABILITIES);
    }

    /** True when the server ends the stream, and says nothing before. */
    boolean isClosed() throws IOException {
        return receive() == null;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
