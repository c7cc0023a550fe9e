// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;

/**
 * The client's side of the connection phase, without I/O: payloads go in, packets and a {@link Step} come out.
 *
 * <p>The password leaves the client as a proof only, or inside of TLS, or encrypted by the server's RSA key when that key is
 * known or {@link ClientHandshakeConfig#allowPublicKeyRetrieval} says so. A server that offers no TLS where TLS is required
 * learns nothing at all. Not safe for several threads; belongs to one connection.
 */
public final class ClientHandshake {

    /** What the caller has to do next, after it has sent what was written. */
    public enum Step {
        /** Read one more payload. */
        READ,
        /** Start TLS, then call {@link #tlsStarted}. */
        START_TLS,
        /** The server let us in: see {@link #session()}. */
        DONE
    }

    private enum State {
        EXPECT_GREETING,
        EXPECT_TLS,
        EXPECT_RESULT,
        EXPECT_PUBLIC_KEY,
        ENDED
    }

    private final ClientHandshakeConfig config;

    private State state = State.EXPECT_GREETING;
    private int sequenceId;
    private boolean tls;
    private HandshakeV10 greeting;
    private CapabilityFlags capabilities = CapabilityFlags.NONE;
    private String plugin;
    private Bytes salt;
    private boolean switched;
    private ServerSession session;

    /**
     * @param config how to log in
     */
    public ClientHandshake(ClientHandshakeConfig config) {
        this.config = requireNonNull(config, "config");
    }

    /** The sequence id that the server's next packet must have. */
    public int expectedSequenceId() {
        return sequenceId & 0xFF;
    }

    /**
     * Takes the server's next payload.
     *
     * @param payload stays the caller's
     * @param payloadSequenceId of its last packet
     * @param out gets whole packets; stays the caller's
     * @throws ServerErrorException when the server answers with an ERR
     * @throws ProtocolException when it breaks the protocol, or asks for what the configuration forbids
     */
    public Step receive(ByteBuf payload, int payloadSequenceId, ByteBuf out) {
        sequenceId = payloadSequenceId + 1;
        if (!payload.isReadable()) {
            throw ProtocolException.badHandshake("the server sent an empty packet");
        }
        int header = payload.getUnsignedByte(payload.readerIndex());
        if (header == Err.HEADER) {
            state = State.ENDED;
            throw new ServerErrorException(Err.decode(payload, capabilities));
        }
        return switch (state) {
            case EXPECT_GREETING -> receiveGreeting(payload, out);
            case EXPECT_RESULT -> receiveResult(header, payload, out);
            case EXPECT_PUBLIC_KEY -> receivePublicKey(payload, out);
            default -> throw ProtocolException.badHandshake("the server sent a packet that nobody asked for");
        };
    }

    /** TLS is established: logs in through it. */
    public Step tlsStarted(ByteBuf out) {
        if (state != State.EXPECT_TLS) {
            throw new IllegalStateException("The handshake is in the state " + state + ", this needs EXPECT_TLS");
        }
        tls = true;
        return logIn(out);
    }

    /** What was agreed on; after {@link Step#DONE}. */
    public ServerSession session() {
        if (session == null) {
            throw new IllegalStateException("The handshake is in the state " + state + ", it has not succeeded");
        }
        return session;
    }

    private Step receiveGreeting(ByteBuf payload, ByteBuf out) {
        greeting = HandshakeV10.decode(payload);
        CapabilityFlags server = greeting.capabilities();
        if (!server.has(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            throw ProtocolException.badHandshake(
                    "the server " + greeting.serverVersion() + " does not speak the protocol of 4.1");
        }
        capabilities = config.capabilities().and(server);
        salt = requireSalt(greeting.salt());
        boolean native41 = !capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH)
                || greeting.plugin().equals(NativePassword.PLUGIN);
        // A server whose default plugin we do not know switches to the account's own when it sees another name.
        plugin = native41 ? NativePassword.PLUGIN : CachingSha2Password.PLUGIN;
        if (capabilities.has(CapabilityFlags.CLIENT_SSL)) {
            state = State.EXPECT_TLS;
            write(out, new SslRequest(capabilities, config.maxPacketBytes(), config.collationId()));
            return Step.START_TLS;
        }
        if (config.tls() != TlsMode.DISABLED && config.tls() != TlsMode.PREFERRED) {
            throw ProtocolException.badHandshake(
                    "the server " + greeting.serverVersion() + " offers no TLS, and the TLS mode is " + config.tls());
        }
        return logIn(out);
    }

    private Step logIn(ByteBuf out) {
        state = State.EXPECT_RESULT;
        write(
                out,
                new HandshakeResponse41(
                        capabilities,
                        config.maxPacketBytes(),
                        config.collationId(),
                        config.user(),
                        proof(),
                        config.schema(),
                        plugin,
                        config.attributes(),
                        0));
        return Step.READ;
    }

    private Step receiveResult(int header, ByteBuf payload, ByteBuf out) {
        return switch (header) {
            case Ok.HEADER -> {
                state = State.ENDED;
                session = new ServerSession(greeting, capabilities, Ok.decode(payload, capabilities), tls);
                yield Step.DONE;
            }
            case AuthSwitchRequest.HEADER -> switchPlugin(AuthSwitchRequest.decode(payload, capabilities), out);
            case AuthMoreData.HEADER ->
                receiveMore(AuthMoreData.decode(payload, capabilities).data(), out);
            default -> throw ProtocolException.badHandshake("the server sent a packet that begins with " + header);
        };
    }

    private Step switchPlugin(AuthSwitchRequest request, ByteBuf out) {
        if (switched) {
            throw ProtocolException.badHandshake("the server switches the authentication plugin twice");
        }
        switched = true;
        plugin = request.plugin();
        if (!plugin.equals(NativePassword.PLUGIN) && !plugin.equals(CachingSha2Password.PLUGIN)) {
            throw ProtocolException.badHandshake("the server asks for the authentication plugin '" + plugin
                    + "', supported are " + NativePassword.PLUGIN + " and " + CachingSha2Password.PLUGIN);
        }
        salt = requireSalt(request.data());
        write(out, new AuthResponse(proof()));
        return Step.READ;
    }

    private Step receiveMore(Bytes data, ByteBuf out) {
        if (!plugin.equals(CachingSha2Password.PLUGIN) || data.length() != 1) {
            throw ProtocolException.badHandshake("the server sent data that " + plugin + " does not know");
        }
        return switch (data.at(0)) {
            case CachingSha2Password.FAST_AUTH_SUCCESS -> Step.READ;
            case CachingSha2Password.PERFORM_FULL_AUTHENTICATION -> sendPassword(out);
            default -> throw ProtocolException.badHandshake("the server sent data that " + plugin + " does not know");
        };
    }

    private Step sendPassword(ByteBuf out) {
        byte[] password = config.password().toArray();
        if (tls) {
            Bytes terminated = Bytes.of(Arrays.copyOf(password, password.length + 1));
            write(out, new AuthResponse(terminated));
            terminated.wipe();
            return Step.READ;
        }
        if (config.serverPublicKey() != null) {
            return sendEncrypted(config.serverPublicKey(), out);
        }
        if (!config.allowPublicKeyRetrieval()) {
            throw ProtocolException.badHandshake("the server needs the password of '" + config.user()
                    + "', which is sent over TLS or by a known RSA key only; TLS is off, no key is configured,"
                    + " and allowPublicKeyRetrieval is false");
        }
        state = State.EXPECT_PUBLIC_KEY;
        write(out, new AuthResponse(Bytes.of(new byte[] {CachingSha2Password.REQUEST_PUBLIC_KEY})));
        return Step.READ;
    }

    private Step receivePublicKey(ByteBuf payload, ByteBuf out) {
        byte[] pem = AuthMoreData.decode(payload, capabilities).data().toArray();
        state = State.EXPECT_RESULT;
        try {
            return sendEncrypted(RsaKeyPair.parsePublicPem(new String(pem, StandardCharsets.US_ASCII)), out);
        } catch (IllegalArgumentException e) {
            throw ProtocolException.badHandshake("the server's answer to the request for its RSA key is no key");
        }
    }

    private Step sendEncrypted(PublicKey key, ByteBuf out) {
        write(
                out,
                new AuthResponse(CachingSha2Password.encrypt(config.password().toArray(), salt, key)));
        return Step.READ;
    }

    /** Both plugins mix the password with the salt: without one, whoever listens learns what repeats. */
    private static Bytes requireSalt(Bytes salt) {
        if (salt.length() < Salt.BYTES) {
            throw ProtocolException.badHandshake(
                    "the server sent a salt of " + salt.length() + " bytes, needed are " + Salt.BYTES);
        }
        return salt;
    }

    private Bytes proof() {
        byte[] password = config.password().toArray();
        return plugin.equals(NativePassword.PLUGIN)
                ? NativePassword.response(password, salt)
                : CachingSha2Password.response(password, salt);
    }

    private void write(ByteBuf out, ClientMessage message) {
        sequenceId = message.encodePacket(out, sequenceId, capabilities);
    }
}
