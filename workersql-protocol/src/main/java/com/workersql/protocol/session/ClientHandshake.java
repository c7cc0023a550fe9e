// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.DialogPassword;
import com.workersql.protocol.auth.Ed25519Password;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.ParsecPassword;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthNextFactor;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.value.Collation;
import com.workersql.protocol.value.Collations;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * The client's side of the connection phase, without I/O: payloads go in, packets and a {@link Step} come out.
 *
 * <p>The password leaves the client as a proof only, or inside of TLS, or encrypted by the server's RSA key when that key is
 * known or {@link ClientHandshakeConfig#allowPublicKeyRetrieval} says so. A server that offers no TLS where TLS is required
 * learns nothing at all. Not safe for several threads; belongs to one connection. Nothing but {@link Computation#run} waits for others.
 */
public final class ClientHandshake {

    /** What the caller has to do next, after it has sent what was written. */
    public enum Step {
        /** Read one more payload. */
        READ,
        /** Start TLS, then call {@link #tlsStarted}. */
        START_TLS,
        /** Run {@link #computation()} on a thread that may take its time, then call {@link #computed}; only with {@code gssapi}. */
        COMPUTE,
        /** The server let us in: see {@link #session()}. */
        DONE
    }

    private enum State {
        EXPECT_GREETING,
        EXPECT_TLS,
        EXPECT_RESULT,
        COMPUTING,
        ENDED
    }

    /** What is told where zstd is agreed on: the level at which the server compresses; MySQL's default. */
    private static final int ZSTD_LEVEL = 3;

    private static final int MAX_GREETED_COLLATION = 255;

    private final ClientHandshakeConfig config;

    private State state = State.EXPECT_GREETING;
    private int sequenceId;
    private boolean tls;
    private HandshakeV10 greeting;
    private CapabilityFlags capabilities = CapabilityFlags.NONE;
    private int collationId;
    private String setNames;
    private ClientPlugin plugin;
    private boolean switched;
    private int factor;
    private Computation computation;
    private ServerSession session;

    /**
     * @param config how to log in
     */
    public ClientHandshake(ClientHandshakeConfig config) {
        this.config = requireNonNull(config, "config");
    }

    /**
     * The exchange that COM_CHANGE_USER begins in the command phase: {@link #changeUser} takes the place of the greeting. The
     * server keeps the capabilities and TLS of the connection; of the configuration only user, password, schema, collation,
     * attributes and what concerns passwords count. An ERR ends the connection, as in a handshake.
     *
     * @param config the user to become
     * @param current what was agreed on when the connection began
     */
    public static ClientHandshake forChangeUser(ClientHandshakeConfig config, ServerSession current) {
        ClientHandshake handshake = new ClientHandshake(config);
        handshake.greeting = current.greeting();
        handshake.capabilities = current.capabilities();
        handshake.tls = current.tls();
        return handshake;
    }

    /**
     * Writes the command. Servers answer it by a switch with a new salt, whatever was sent along.
     *
     * @param out gets whole packets; stays the caller's
     */
    public Step changeUser(ByteBuf out) {
        if (greeting == null || state != State.EXPECT_GREETING) {
            throw new IllegalStateException("The handshake is in the state " + state + ", this needs a connection");
        }
        plugin = ClientPlugin.of(firstPlugin(), config, config.password(), tls);
        state = State.EXPECT_RESULT;
        write(
                out,
                new ChangeUser(
                        config.user(),
                        plugin.first(greeting.salt()),
                        config.schema(),
                        config.collationId(),
                        plugin.name(),
                        config.attributes()));
        return Step.READ;
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
            default -> throw ProtocolException.badHandshake("the server sent a packet that nobody asked for");
        };
    }

    /** TLS is established: logs in through it. */
    public Step tlsStarted(ByteBuf out) {
        requireState(State.EXPECT_TLS);
        tls = true;
        return logIn(out);
    }

    /** What is to be run after {@link Step#COMPUTE}. */
    public Computation computation() {
        requireState(State.COMPUTING);
        return computation;
    }

    /**
     * Goes on after {@link Computation#run}, on the thread that owns this handshake.
     *
     * @throws ProtocolException when there is no answer: the server's data are not what the plugin knows, there is no ticket (1045), or it was
     *     not run to its end
     */
    public Step computed(ByteBuf out) {
        requireState(State.COMPUTING);
        state = State.EXPECT_RESULT;
        Computation done = computation;
        computation = null;
        return sendIfAny(done.answer(), out);
    }

    /**
     * Disposes of what an exchange holds that has not come to its end; a computation that runs may go on. To be called when the connection
     * ends, or the handshake has, whichever way; any number of times.
     */
    public void close() {
        if (plugin != null) {
            plugin.close();
        }
    }

    private void requireState(State expected) {
        if (state != expected) {
            throw new IllegalStateException("The handshake is in the state " + state + ", this needs " + expected);
        }
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
        chooseCollation();
        if (config.schema() != null && !capabilities.has(CapabilityFlags.CLIENT_CONNECT_WITH_DB)) {
            throw ProtocolException.badHandshake(
                    "the server " + greeting.serverVersion() + " takes no schema in the handshake");
        }
        if (capabilities.has(CapabilityFlags.CLIENT_SSL)) {
            state = State.EXPECT_TLS;
            write(out, new SslRequest(capabilities, config.maxPacketBytes(), collationId));
            return Step.START_TLS;
        }
        if (config.tls() != TlsMode.DISABLED && config.tls() != TlsMode.PREFERRED) {
            throw ProtocolException.badHandshake(
                    "the server " + greeting.serverVersion() + " offers no TLS, and the TLS mode is " + config.tls());
        }
        return logIn(out);
    }

    /** Servers read one byte: of 310 they would take 54, which is of another character set. COM_CHANGE_USER carries two. */
    private void chooseCollation() {
        collationId = config.collationId();
        if (collationId > MAX_GREETED_COLLATION) {
            Collations collations = Collations.of(ServerSession.isMariaDb(greeting));
            Collation collation = collations.byId(collationId);
            if (collation == null) {
                throw ProtocolException.badHandshake(
                        "the server " + greeting.serverVersion() + " has no collation " + collationId);
            }
            collationId = collations.defaultOf(collation.characterSet()).id();
            setNames = collation.setNames();
        }
    }

    /** A server whose default plugin is none of the two switches to the account's own when it sees another name. */
    private String firstPlugin() {
        boolean native41 = !capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH)
                || greeting.plugin().equals(NativePassword.PLUGIN);
        return native41 ? NativePassword.PLUGIN : CachingSha2Password.PLUGIN;
    }

    private Step logIn(ByteBuf out) {
        state = State.EXPECT_RESULT;
        plugin = ClientPlugin.of(firstPlugin(), config, config.password(), tls);
        write(
                out,
                new HandshakeResponse41(
                        capabilities,
                        config.maxPacketBytes(),
                        collationId,
                        config.user(),
                        plugin.first(greeting.salt()),
                        config.schema(),
                        plugin.name(),
                        config.attributes(),
                        ZSTD_LEVEL));
        return Step.READ;
    }

    private Step receiveResult(int header, ByteBuf payload, ByteBuf out) {
        if (isQuestionOfDialog(header)) {
            return receiveMore(ProtocolStrings.readRestValue(payload), out);
        }
        return switch (header) {
            case Ok.HEADER -> {
                plugin.requireProven();
                state = State.ENDED;
                session = new ServerSession(greeting, capabilities, Ok.decode(payload, capabilities), tls, setNames);
                yield Step.DONE;
            }
            case AuthSwitchRequest.HEADER -> switchPlugin(AuthSwitchRequest.decode(payload, capabilities), out);
            case AuthNextFactor.HEADER -> nextFactor(AuthNextFactor.decode(payload, capabilities), out);
            case AuthMoreData.HEADER ->
                receiveMore(AuthMoreData.decode(payload, capabilities).data(), out);
            default -> {
                if (!sendsBareData()) {
                    throw ProtocolException.badHandshake("the server sent a packet that begins with " + header);
                }
                yield receiveMore(ProtocolStrings.readRestValue(payload), out);
            }
        };
    }

    /** Bare as well. One kind of question looks like a next factor, which no server of MariaDB has. */
    private boolean isQuestionOfDialog(int header) {
        return plugin.name().equals(DialogPassword.PLUGIN)
                && DialogPassword.isQuestion(header)
                && !(header == AuthNextFactor.HEADER && capabilities.has(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION));
    }

    /** MariaDB puts the header in front of a plugin's data only where they could be taken for another packet. */
    private boolean sendsBareData() {
        return switch (plugin.name()) {
            case ParsecPassword.PLUGIN, Ed25519Password.PLUGIN, GssapiService.PLUGIN -> true;
            default -> false;
        };
    }

    private Step switchPlugin(AuthSwitchRequest request, ByteBuf out) {
        if (switched || factor > 0) {
            throw ProtocolException.badHandshake("the server switches the authentication plugin twice");
        }
        switched = true;
        return answer(request.plugin(), request.data(), config.password(), out);
    }

    private Step nextFactor(AuthNextFactor request, ByteBuf out) {
        if (factor == config.furtherPasswords().size()) {
            throw ProtocolException.badHandshake("the server asks for factor " + (factor + 2) + " by '"
                    + request.plugin() + "', passwords are configured for " + (factor + 1));
        }
        return answer(
                request.plugin(), request.data(), config.furtherPasswords().get(factor++), out);
    }

    private Step answer(String pluginName, Bytes salt, Bytes password, ByteBuf out) {
        ClientPlugin asked = ClientPlugin.of(pluginName, config, password, tls);
        plugin = asked;
        return asked.takesLong() ? compute(() -> asked.first(salt)) : sendIfAny(asked.first(salt), out);
    }

    private Step receiveMore(Bytes data, ByteBuf out) {
        ClientPlugin asked = plugin;
        return asked.takesLong() ? compute(() -> asked.next(data)) : sendIfAny(asked.next(data), out);
    }

    private Step compute(Supplier<Bytes> answer) {
        computation = new Computation(answer);
        state = State.COMPUTING;
        return Step.COMPUTE;
    }

    private Step sendIfAny(Bytes answer, ByteBuf out) {
        if (answer != null) {
            write(out, new AuthResponse(answer));
            answer.wipe();
        }
        return Step.READ;
    }

    private void write(ByteBuf out, ClientMessage message) {
        sequenceId = message.encodePacket(out, sequenceId, capabilities);
    }
}
