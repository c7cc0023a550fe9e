// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.Peer;
import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthNextFactor;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.nio.ReadOnlyBufferException;

/**
 * The server's side of the connection phase, without I/O: payloads go in, packets and a {@link Step} come out.
 *
 * <pre>{@code
 * greet -> READ -> receive -> START_TLS -> tlsStarted -> READ
 *                          -> READ     (the exchange goes on)
 *                          -> VERIFY   (run verification() anywhere, then verified() here)
 *                          -> DECIDE   (accept or refuse)
 *                          -> CLOSE    (an ERR was written)
 * }</pre>
 *
 * <p>An unknown user goes through the exchange of a known one with a wrong password. No password byte is asked for in clear
 * unless it is encrypted by our RSA key. The bytes of an answer that may hold a password are overwritten when they have been
 * read. Not safe for several threads; belongs to one connection. Nothing but {@link Verification#run} takes long.
 */
public final class ServerHandshake {

    /** What the caller has to do next, after it has sent what was written. */
    public enum Step {
        /** Read one more payload. */
        READ,
        /** Start TLS with the client's next byte, then call {@link #tlsStarted()}. */
        START_TLS,
        /** Run {@link #verification()} on a thread that may take its time, then call {@link #verified}. */
        VERIFY,
        /** Call {@link #accept} or {@link #refuse}, after a look at {@link #client()}. */
        DECIDE,
        /** Close the connection. */
        CLOSE
    }

    private enum State {
        NEW,
        EXPECT_RESPONSE,
        EXPECT_TLS,
        EXPECT_ANSWER,
        EXPECT_MORE,
        VERIFYING,
        DECIDING,
        ENDED
    }

    private final ServerHandshakeConfig config;
    private final CredentialStore store;
    private final int connectionId;
    private final String peerAddress;

    private AuthenticatedClient current;
    private State state = State.NEW;
    private int sequenceId;
    private boolean tls;
    private Bytes salt;
    private HandshakeResponse41 response;
    private CapabilityFlags capabilities = CapabilityFlags.NONE;
    private Claim claim;
    private Verification verification;
    private Err err;
    private Exception cause;

    /**
     * @param config how to greet
     * @param store finds users
     * @param connectionId told in the greeting, taken as unsigned
     * @param peerAddress the client's host
     */
    public ServerHandshake(ServerHandshakeConfig config, CredentialStore store, int connectionId, String peerAddress) {
        this.config = requireNonNull(config, "config");
        this.store = requireNonNull(store, "store");
        this.connectionId = connectionId;
        this.peerAddress = requireNonNull(peerAddress, "peerAddress");
    }

    private ServerHandshake(ServerHandshakeConfig config, CredentialStore store, AuthenticatedClient current) {
        this(config, store, current.connectionId(), current.peer().address());
        this.current = current;
        this.capabilities = current.capabilities();
        this.tls = current.peer().tls();
    }

    /**
     * The exchange that COM_CHANGE_USER begins in the command phase: {@link #changeUser} takes the place of {@link #greet}, and
     * a refusal ends the connection as in a handshake.
     *
     * @param current who the client is until now
     */
    public static ServerHandshake forChangeUser(
            ServerHandshakeConfig config, CredentialStore store, AuthenticatedClient current) {
        return new ServerHandshake(config, store, requireNonNull(current, "current"));
    }

    /**
     * Takes the command. The client is always switched to the new user's plugin with a new salt: what it sent along belongs to
     * the salt of the greeting, which whoever listened has seen used.
     *
     * @param payloadSequenceId of the command's last packet
     * @param out gets whole packets; stays the caller's
     */
    public Step changeUser(ChangeUser command, int payloadSequenceId, ByteBuf out) {
        requireState(State.NEW);
        if (current == null) {
            throw new IllegalStateException("This handshake begins with a greeting");
        }
        sequenceId = payloadSequenceId + 1;
        response = current.responding(command);
        claim = new Claim(config, store, response, capabilities, new Peer(peerAddress, tls, response.attributes()));
        return switchPlugin(out);
    }

    /** Writes the greeting. */
    public Step greet(ByteBuf out) {
        requireState(State.NEW);
        salt = Salt.next(config.random());
        state = State.EXPECT_RESPONSE;
        return write(
                out,
                new HandshakeV10(
                        config.serverVersion(),
                        connectionId,
                        salt,
                        config.capabilities(),
                        config.collationId(),
                        config.statusFlags(),
                        CachingSha2Password.PLUGIN),
                Step.READ);
    }

    /** The sequence id that the client's next packet must have. */
    public int expectedSequenceId() {
        return sequenceId & 0xFF;
    }

    /**
     * Takes the client's next payload.
     *
     * @param payload stays the caller's; overwritten where it may hold a password
     * @param payloadSequenceId of its last packet
     * @param out gets whole packets; stays the caller's
     */
    public Step receive(ByteBuf payload, int payloadSequenceId, ByteBuf out) {
        sequenceId = payloadSequenceId + 1;
        try {
            return switch (state) {
                case EXPECT_RESPONSE -> receiveResponse(payload, out);
                case EXPECT_ANSWER, EXPECT_MORE -> receiveAnswer(payload, out);
                default -> throw ProtocolException.badHandshake("a packet that nobody asked for");
            };
        } catch (ProtocolException e) {
            return fail(e, out);
        }
    }

    /** TLS has begun: all payloads from now on come through it. */
    public void tlsStarted() {
        requireState(State.EXPECT_TLS);
        tls = true;
        state = State.EXPECT_RESPONSE;
    }

    /** What is to be run after {@link Step#VERIFY}. */
    public Verification verification() {
        requireState(State.VERIFYING);
        return verification;
    }

    /** Goes on after {@link Verification#run}, on the thread that owns this handshake. */
    public Step verified(ByteBuf out) {
        requireState(State.VERIFYING);
        Verification done = verification;
        verification = null;
        if (claim.isOfKnownUser()) {
            claim.keepFastVerifier(done.fastVerifier);
        }
        return follow(done.outcome, out);
    }

    /** Who was authenticated; from {@link Step#DECIDE} on. */
    public AuthenticatedClient client() {
        boolean late = state == State.DECIDING || state == State.ENDED;
        if (!late || claim == null || !claim.isOfKnownUser()) {
            throw new IllegalStateException("There is no authenticated client in the state " + state);
        }
        return claim.client(connectionId);
    }

    /** Writes the OK that ends the connection phase; commands follow. */
    public void accept(Ok ok, ByteBuf out) {
        requireState(State.DECIDING);
        state = State.ENDED;
        write(out, ok, Step.READ);
    }

    /**
     * Writes an ERR after which the connection is to be closed, in any state. In the place of the greeting it has no SQLSTATE,
     * since nothing is agreed on.
     */
    public Step refuse(Err refusal, ByteBuf out) {
        boolean inPlaceOfGreeting = state == State.NEW && current == null;
        state = State.ENDED;
        err = refusal;
        if (inPlaceOfGreeting) {
            sequenceId = refusal.encodePacket(out, sequenceId, CapabilityFlags.NONE);
            return Step.CLOSE;
        }
        return write(out, refusal, Step.CLOSE);
    }

    /** Writes the ERR of an exception that reading the stream gave. A handshake that is no MySQL packet is 1043 or 1156. */
    public Step fail(ProtocolException e, ByteBuf out) {
        boolean malformed = e.errno() == ServerErrors.ER_MALFORMED_PACKET.errno();
        return refuse(
                malformed ? Err.of(ServerErrors.ER_HANDSHAKE_ERROR, "Bad handshake: " + e.getMessage()) : Err.of(e),
                out);
    }

    /**
     * Disposes of what an exchange holds that has not come to its end; a verification that runs may go on. To be called when the connection
     * ends, or the exchange has, whichever way; any number of times.
     */
    public void close() {
        if (claim != null) {
            claim.plugin().close();
        }
    }

    /** The ERR that was sent; null when none was. */
    public Err error() {
        return err;
    }

    /** Why the ERR was sent, for a log line: its message, and what is not for the client. */
    public String reason() {
        return cause == null ? err.message() : err.message() + ": " + cause;
    }

    /** The user that the client gave; null before its response. */
    public String user() {
        return response == null ? null : response.user();
    }

    private Step receiveResponse(ByteBuf payload, ByteBuf out) {
        if (SslRequest.is(payload)) {
            if (config.tls() == TlsOffer.OFF) {
                throw ProtocolException.badHandshake("the client asks for TLS, which is not offered");
            }
            if (tls) {
                throw ProtocolException.badHandshake("the client asks for TLS inside of TLS");
            }
            state = State.EXPECT_TLS;
            return Step.START_TLS;
        }
        int start = payload.readerIndex();
        response = HandshakeResponse41.decode(payload);
        capabilities = response.capabilities().and(config.capabilities());
        if (!capabilities.has(CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            throw ProtocolException.badHandshake("the client does not speak the authentication of 4.1");
        }
        if (response.capabilities().has(CapabilityFlags.CLIENT_SSL) && !tls) {
            throw ProtocolException.badHandshake("the client announces TLS and goes on in clear");
        }
        if (config.tls() == TlsOffer.REQUIRED && !tls) {
            return refuse(Claim.secureTransportRequired(), out);
        }
        claim = new Claim(config, store, response, capabilities, new Peer(peerAddress, tls, response.attributes()));
        if (claim.isAnsweredAlready()) {
            return follow(claim.plugin().first(response.authData(), salt), out);
        }
        // Nobody reads what came along, which is the password itself where the client's own plugin is one in clear.
        response.authData().wipe();
        wipe(payload, start);
        return switchPlugin(out);
    }

    private Step switchPlugin(ByteBuf out) {
        if (!capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH)) {
            return refuse(
                    Err.of(
                            ServerErrors.ER_NOT_SUPPORTED_AUTH_MODE,
                            "Client does not support the authentication plugin " + claim.pluginName()),
                    out);
        }
        return ask(false, out);
    }

    /** Asks for the answer of the claim's plugin, as a switch or as the next factor. */
    private Step ask(boolean nextFactor, ByteBuf out) {
        if (!claim.mayBeAsked()) {
            return refuse(Claim.secureTransportRequired(), out);
        }
        salt = Salt.next(config.random(), claim.plugin().saltBytes());
        state = State.EXPECT_ANSWER;
        String name = claim.pluginName();
        Bytes opening = claim.plugin().opening(salt);
        return write(
                out, nextFactor ? new AuthNextFactor(name, opening) : new AuthSwitchRequest(name, opening), Step.READ);
    }

    private Step receiveAnswer(ByteBuf payload, ByteBuf out) {
        if (HandshakeResponse41.isBegunBy(payload)) {
            throw ProtocolException.badHandshake("a second response in the place of a proof");
        }
        int start = payload.readerIndex();
        Bytes answer = AuthResponse.decode(payload, capabilities).data();
        wipe(payload, start);
        ServerPlugin plugin = claim.plugin();
        return follow(state == State.EXPECT_ANSWER ? plugin.first(answer, salt) : plugin.next(answer, salt), out);
    }

    private static void wipe(ByteBuf payload, int start) {
        try {
            payload.setZero(start, payload.readerIndex() - start);
        } catch (ReadOnlyBufferException e) {
            // Whoever hands in such a buffer keeps its content; a part of a composite one cannot be asked beforehand.
        }
    }

    private Step follow(ServerPlugin.Next next, ByteBuf out) {
        if (next instanceof ServerPlugin.Ask ask) {
            state = State.EXPECT_MORE;
            return write(out, new AuthMoreData(ask.data()), Step.READ);
        }
        if (next instanceof ServerPlugin.Verify verify) {
            verification = verify.verification();
            state = State.VERIFYING;
            return Step.VERIFY;
        }
        if (next instanceof ServerPlugin.Matched matched) {
            writeIfAny(out, matched.data());
            claim.came(matched.principal());
            return proven(out);
        }
        ServerPlugin.Refused refused = (ServerPlugin.Refused) next;
        writeIfAny(out, refused.data());
        cause = refused.cause();
        return refuse(claim.denied(refused.detail()), out);
    }

    private void writeIfAny(ByteBuf out, Bytes data) {
        if (data != null) {
            write(out, new AuthMoreData(data), Step.READ);
        }
    }

    /** One factor is proven. */
    private Step proven(ByteBuf out) {
        if (!claim.isOfKnownUser()) {
            return refuse(claim.denied(null), out);
        }
        if (!claim.mayComeThisWay()) {
            return refuse(Claim.secureTransportRequired(), out);
        }
        if (!claim.hasNextFactor()) {
            state = State.DECIDING;
            return Step.DECIDE;
        }
        if (!capabilities.has(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION)) {
            return refuse(claim.denied(null), out);
        }
        claim.nextFactor();
        return ask(true, out);
    }

    private Step write(ByteBuf out, ServerMessage message, Step next) {
        // Before the client's response nothing is agreed on; it speaks 4.1 or is refused, so an ERR may say so.
        CapabilityFlags agreed =
                response == null ? new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41) : capabilities;
        sequenceId = message.encodePacket(out, sequenceId, agreed);
        return next;
    }

    private void requireState(State expected) {
        if (state != expected) {
            throw new IllegalStateException("The handshake is in the state " + state + ", this needs " + expected);
        }
    }
}
