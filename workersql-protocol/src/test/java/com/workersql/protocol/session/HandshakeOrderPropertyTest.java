// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.Ping;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * A8: whatever order a client's packets of the handshake come in, nobody is let in without the proof of the user who is let in: not by
 * another user's proof, nor by a second response, nor by a change of the user in between.
 */
class HandshakeOrderPropertyTest {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH);
    private static final byte[] PASSWORD = "known".getBytes(StandardCharsets.UTF_8);
    private static final PasswordVerifier KNOWN = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
    private static final PasswordVerifier SECRET =
            PasswordVerifier.parse(PasswordVerifier.hashNative("nobody knows".getBytes(StandardCharsets.UTF_8)));

    /** Two users who use the same plugin, so that one's proof has the other's form; the client knows one password. */
    private static final CredentialStore STORE = (user, schema, peer) -> switch (user) {
        case "mine" -> Credential.of(KNOWN, null);
        case "admin" -> Credential.of(SECRET, null);
        default -> null;
    };

    /** What the client sends next. */
    enum Move {
        RESPONSE_OF_MINE,
        RESPONSE_OF_ADMIN,
        RESPONSE_OF_MINE_FOR_ANOTHER_PLUGIN,
        RESPONSE_OF_ADMIN_FOR_ANOTHER_PLUGIN,
        PROOF,
        EMPTY_PROOF,
        LONG_PROOF,
        CHANGE_TO_MINE,
        CHANGE_TO_ADMIN,
        COMMAND,
        TLS_REQUEST,
        NOTHING
    }

    @Property
    void nobodyIsLetInWithoutTheProofOfHisOwnPassword(@ForAll("moves") List<Move> moves) {
        Talk talk = new Talk();
        for (Move move : moves) {
            if (!talk.goesOn(move)) {
                break;
            }
        }
        if (talk.isLetIn) {
            assertThat(talk.server.client().user()).isEqualTo("mine");
            assertThat(talk.proofsSent).as("proofs that were sent").isPositive();
            // The same connection is nobody else's by more packets: none is taken any more.
            ByteBuf out = Unpooled.buffer();
            assertThat(talk.server.receive(Unpooled.EMPTY_BUFFER, 9, out)).isEqualTo(ServerHandshake.Step.CLOSE);
        }
    }

    /** The moves that let the client in are among those that are tried: else the property would say nothing. */
    @Example
    void theRightMovesLetTheClientIn() {
        for (List<Move> moves : List.of(
                List.of(Move.RESPONSE_OF_MINE), List.of(Move.RESPONSE_OF_MINE_FOR_ANOTHER_PLUGIN, Move.PROOF))) {
            Talk talk = new Talk();
            moves.forEach(talk::goesOn);
            assertThat(talk.isLetIn).as("%s", moves).isTrue();
        }
    }

    @Provide
    Arbitrary<List<Move>> moves() {
        return Arbitraries.of(Move.values()).list().ofMinSize(1).ofMaxSize(6);
    }

    private static final class Talk {
        private final ServerHandshake server =
                new ServerHandshake(ServerHandshakeConfig.builder().build(), STORE, 1, "192.0.2.1");
        private Bytes salt;
        private int proofsSent;
        private boolean isLetIn;

        Talk() {
            ByteBuf out = Unpooled.buffer();
            server.greet(out);
            salt = HandshakeV10.decode(out.skipBytes(4)).salt();
        }

        /** Sends a packet and reads the answer; false when the exchange is over. */
        boolean goesOn(Move move) {
            ByteBuf payload = Unpooled.buffer();
            ClientMessage message = message(move);
            if (message != null) {
                message.encode(payload, CAPABILITIES);
            }
            ByteBuf out = Unpooled.buffer();
            ServerHandshake.Step step = server.receive(payload, server.expectedSequenceId(), out);
            if (step == ServerHandshake.Step.VERIFY) {
                server.verification().run();
                step = server.verified(out);
            }
            if (step == ServerHandshake.Step.DECIDE) {
                isLetIn = true;
                server.accept(Ok.of(2), out);
                return false;
            }
            if (step != ServerHandshake.Step.READ) {
                return false;
            }
            ByteBuf answer = out.skipBytes(4);
            if (answer.isReadable() && answer.getUnsignedByte(answer.readerIndex()) == AuthSwitchRequest.HEADER) {
                salt = AuthSwitchRequest.decode(answer, CAPABILITIES).data();
            }
            return true;
        }

        private ClientMessage message(Move move) {
            return switch (move) {
                case RESPONSE_OF_MINE -> response("mine", NativePassword.PLUGIN);
                case RESPONSE_OF_ADMIN -> response("admin", NativePassword.PLUGIN);
                case RESPONSE_OF_MINE_FOR_ANOTHER_PLUGIN -> response("mine", "caching_sha2_password");
                case RESPONSE_OF_ADMIN_FOR_ANOTHER_PLUGIN -> response("admin", "caching_sha2_password");
                case PROOF -> new AuthResponse(proof());
                case EMPTY_PROOF -> new AuthResponse(Bytes.EMPTY);
                case LONG_PROOF -> new AuthResponse(Bytes.of(new byte[256]));
                case CHANGE_TO_MINE -> changeTo("mine");
                case CHANGE_TO_ADMIN -> changeTo("admin");
                case COMMAND -> new Ping();
                case TLS_REQUEST -> new SslRequest(CAPABILITIES.with(CapabilityFlags.CLIENT_SSL), 1 << 24, 45);
                case NOTHING -> null;
            };
        }

        /** Of the one password that the client knows, for the salt that it was given last. */
        private Bytes proof() {
            proofsSent++;
            return NativePassword.response(PASSWORD, salt);
        }

        private HandshakeResponse41 response(String user, String plugin) {
            return new HandshakeResponse41(CAPABILITIES, 1 << 24, 45, user, proof(), null, plugin, Map.of(), 0);
        }

        private ChangeUser changeTo(String user) {
            return new ChangeUser(user, proof(), null, 45, NativePassword.PLUGIN, Map.of());
        }
    }
}
