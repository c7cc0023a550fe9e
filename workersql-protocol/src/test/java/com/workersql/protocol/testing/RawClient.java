// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ClientHandshake;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * A MySQL client that hides nothing: a command goes out as it is given, and the reply is the list of its payloads. Blocking, for
 * one thread.
 */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final ServerSession session;

    private RawClient(Socket socket, DataInputStream in, ServerSession session) {
        this.socket = socket;
        this.in = in;
        this.session = session;
    }

    /** Logs in at a server on loopback. */
    public static RawClient connect(int port, String user, String password, String schema, long capabilities)
            throws IOException {
        return connect(new Socket(InetAddress.getLoopbackAddress(), port), user, password, schema, capabilities);
    }

    /** Logs in at a server on loopback, inside of TLS. */
    public static RawClient connect(
            int port, String user, String password, String schema, long capabilities, SSLContext tls)
            throws IOException {
        return connect(new Socket(InetAddress.getLoopbackAddress(), port), user, password, schema, capabilities, tls);
    }

    /** Logs in over a connection on which nothing but perhaps a proxy's header was said. */
    public static RawClient connect(Socket socket, String user, String password, String schema, long capabilities)
            throws IOException {
        return connect(socket, user, password, schema, capabilities, null);
    }

    private static RawClient connect(
            Socket plain, String user, String password, String schema, long capabilities, SSLContext tls)
            throws IOException {
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(TIMEOUT_MILLIS);
        var socket = plain;
        var in = buffered(socket);
        var handshake = new ClientHandshake(ClientHandshakeConfig.builder(user)
                .password(password.getBytes(StandardCharsets.UTF_8))
                .schema(schema)
                .capabilities(new CapabilityFlags(capabilities))
                .tls(tls == null ? TlsMode.DISABLED : TlsMode.REQUIRED)
                .allowPublicKeyRetrieval(true)
                .build());
        while (true) {
            var packet = read(in);
            var out = Unpooled.buffer();
            var step = handshake.receive(Unpooled.wrappedBuffer(packet.payload), packet.sequenceId, out);
            out.readBytes(socket.getOutputStream(), out.readableBytes());
            if (step == ClientHandshake.Step.START_TLS) {
                socket = tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
                in = buffered(socket);
                step = handshake.tlsStarted(out.clear());
                out.readBytes(socket.getOutputStream(), out.readableBytes());
            }
            if (step == ClientHandshake.Step.DONE) {
                return new RawClient(socket, in, handshake.session());
            }
        }
    }

    private static DataInputStream buffered(Socket socket) throws IOException {
        return new DataInputStream(new BufferedInputStream(socket.getInputStream(), 16 * 1024));
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Packet(int sequenceId, byte[] payload) {}

    private static Packet read(DataInputStream in) throws IOException {
        var whole = new java.io.ByteArrayOutputStream();
        while (true) {
            int length = in.readUnsignedByte() | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16;
            int sequenceId = in.readUnsignedByte();
            byte[] part = in.readNBytes(length);
            if (part.length < length) {
                throw new java.io.EOFException("the connection ended inside of a packet");
            }
            whole.write(part);
            if (length < 0xFF_FFFF) {
                return new Packet(sequenceId, whole.toByteArray());
            }
        }
    }

    /** What was agreed on at the login. */
    public CapabilityFlags capabilities() {
        return session.capabilities();
    }

    /** What the server said at the end of the login. */
    public Ok welcome() {
        return session.ok();
    }

    /** The connection id of the greeting. */
    public int connectionId() {
        return session.greeting().connectionId();
    }

    /** Runs a text. */
    public RawReply query(String sql) throws IOException {
        return command(Command.COM_QUERY, sql.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a command with its arguments and reads the whole reply. */
    public RawReply command(int code, byte[] arguments) throws IOException {
        send(code, arguments);
        return switch (code) {
            case Command.COM_STMT_SEND_LONG_DATA, Command.COM_STMT_CLOSE, Command.COM_QUIT -> RawReply.NONE;
            case Command.COM_STMT_PREPARE -> prepared();
            case Command.COM_STMT_FETCH, Command.COM_FIELD_LIST -> fetched();
            case Command.COM_STATISTICS -> new RawReply(List.of(read(in).payload), capabilities());
            default -> results();
        };
    }

    /** Sends a command and does not wait for anything. */
    public void send(int code, byte[] arguments) throws IOException {
        var payload = Unpooled.buffer(1 + arguments.length).writeByte(code).writeBytes(arguments);
        var out = Unpooled.buffer();
        PacketEncoder.write(out, 0, payload);
        out.readBytes(socket.getOutputStream(), out.readableBytes());
    }

    /** Sends a text and reads the first packet of what is said to it. */
    public byte[] begin(String sql) throws IOException {
        send(Command.COM_QUERY, sql.getBytes(StandardCharsets.UTF_8));
        return read(in).payload;
    }

    /** Sends a packet that is no command. */
    public void packet(int sequenceId, byte[] payload) throws IOException {
        write(Unpooled.wrappedBuffer(payload), sequenceId);
    }

    /** The packet of an answer to a greeting, by a user of the oldest plugin. */
    public static byte[] response(long capabilities, String user, byte[] proof) {
        var agreed = new CapabilityFlags(capabilities & ~CapabilityFlags.CLIENT_CONNECT_WITH_DB);
        var payload = Unpooled.buffer();
        new HandshakeResponse41(agreed, 1 << 24, 45, user, Bytes.of(proof), null, NativePassword.PLUGIN, Map.of(), 0)
                .encode(payload, agreed);
        var out = Unpooled.buffer();
        PacketEncoder.write(out, 1, payload);
        return io.netty.buffer.ByteBufUtil.getBytes(out);
    }

    /** Whether the other side has closed the connection; waits for what it does. */
    public boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    /** Sends bytes as they are. */
    public void sendRaw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Whether the server has closed the connection; waits until it has, or says something. */
    public boolean isAtEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            // It was closed with bytes unread, which comes as a reset.
            return true;
        }
    }

    /** All bytes until the server closes the connection. */
    public byte[] toTheEnd() throws IOException {
        return in.readAllBytes();
    }

    /** Reads one packet. */
    public static byte[] readPayload(DataInputStream in) throws IOException {
        return read(in).payload;
    }

    /** Reads the reply to what was sent. */
    public RawReply results() throws IOException {
        var payloads = new ArrayList<byte[]>();
        while (true) {
            byte[] first = next(payloads);
            int header = first[0] & 0xFF;
            if (header == 0xFF) {
                return new RawReply(payloads, capabilities());
            }
            int status;
            if (header == 0 || (header == 0xFE && first.length < 9)) {
                status = RawReply.statusFlags(first);
            } else {
                long columns = LengthEncodedInteger.get(Unpooled.wrappedBuffer(first), 0);
                for (long i = 0; i < columns; i++) {
                    next(payloads);
                }
                status = 0;
                if (!deprecatesEof()) {
                    byte[] eof = next(payloads);
                    if ((eof[0] & 0xFF) == 0xFF) {
                        // A cursor's query failed while its rows were gathered.
                        return new RawReply(payloads, capabilities());
                    }
                    status = RawReply.statusFlags(eof);
                }
                if ((status & StatusFlags.SERVER_STATUS_CURSOR_EXISTS) == 0) {
                    status = rows(payloads);
                    if (status < 0) {
                        return new RawReply(payloads, capabilities());
                    }
                }
            }
            if ((status & StatusFlags.SERVER_MORE_RESULTS_EXISTS) == 0) {
                return new RawReply(payloads, capabilities());
            }
        }
    }

    /** The terminator's status flags, or -1 behind an ERR. */
    private int rows(List<byte[]> payloads) throws IOException {
        while (true) {
            byte[] row = next(payloads);
            int header = row[0] & 0xFF;
            if (header == 0xFF) {
                return -1;
            }
            if (header == 0xFE && row.length < (deprecatesEof() ? 0xFF_FFFF : 9)) {
                return RawReply.statusFlags(row);
            }
        }
    }

    private RawReply fetched() throws IOException {
        var payloads = new ArrayList<byte[]>();
        rows(payloads);
        return new RawReply(payloads, capabilities());
    }

    private RawReply prepared() throws IOException {
        var payloads = new ArrayList<byte[]>();
        byte[] ok = next(payloads);
        if (ok[0] == 0) {
            var reader = Unpooled.wrappedBuffer(ok);
            int columns = reader.getUnsignedShortLE(5);
            int parameters = reader.getUnsignedShortLE(7);
            for (int count : new int[] {parameters, columns}) {
                for (int i = 0; i < count; i++) {
                    next(payloads);
                }
                if (count > 0 && !deprecatesEof()) {
                    next(payloads);
                }
            }
        }
        return new RawReply(payloads, capabilities());
    }

    private boolean deprecatesEof() {
        return capabilities().has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
    }

    /** Reads one packet. */
    public byte[] next() throws IOException {
        return read(in).payload;
    }

    private byte[] next(List<byte[]> payloads) throws IOException {
        byte[] payload = read(in).payload;
        payloads.add(payload);
        return payload;
    }

    /** Becomes another user on the same connection. */
    public RawReply changeUser(String user, String password, String schema) throws IOException {
        return changeUser(user, password, schema, 45);
    }

    /** Becomes another user, with a collation that a handshake may have no room for. */
    public RawReply changeUser(String user, String password, String schema, int collation) throws IOException {
        var secret = password.getBytes(StandardCharsets.UTF_8);
        HandshakeV10 greeting = session.greeting();
        boolean isNative = greeting.plugin().equals(NativePassword.PLUGIN);
        var proof = isNative
                ? NativePassword.response(secret, greeting.salt())
                : CachingSha2Password.response(secret, greeting.salt());
        write(payload(new ChangeUser(user, proof, schema, collation, greeting.plugin(), Map.of())), 0);
        while (true) {
            var packet = read(in);
            int header = packet.payload[0] & 0xFF;
            if (header == 0 || header == 0xFF) {
                return new RawReply(List.of(packet.payload), capabilities());
            }
            if (header == 0xFE) {
                var request = AuthSwitchRequest.decode(Unpooled.wrappedBuffer(packet.payload), capabilities());
                var answer = request.plugin().equals(NativePassword.PLUGIN)
                        ? NativePassword.response(secret, request.data())
                        : CachingSha2Password.response(secret, request.data());
                var out = Unpooled.buffer();
                new AuthResponse(answer).encode(out, capabilities());
                write(out, packet.sequenceId + 1);
            }
        }
    }

    private ByteBuf payload(ChangeUser message) {
        var out = Unpooled.buffer();
        message.encode(out, capabilities());
        return out;
    }

    private void write(ByteBuf payload, int sequenceId) throws IOException {
        var out = Unpooled.buffer();
        PacketEncoder.write(out, sequenceId, payload);
        out.readBytes(socket.getOutputStream(), out.readableBytes());
    }

    /** Reads a part of a reply, which nobody can read on behind it. */
    public void readSome(int bytes) throws IOException {
        in.readNBytes(bytes);
    }

    /** Goes away without a word. */
    public void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
