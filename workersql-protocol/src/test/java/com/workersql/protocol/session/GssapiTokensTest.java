// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.auth.GssapiMechanism;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.testing.KerberosRealm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens that are not what the exchange needs: cut, too long, used before, of another exchange, out of their order. */
class GssapiTokensTest extends GssapiSides {
    private GssapiCredentials ofAlice;
    private GssapiCredentials ofService;

    @BeforeEach
    void haveCredentials() {
        ofAlice = KerberosRealm.once(realm.client(ALICE));
        ofService = KerberosRealm.once(realm.service(SERVICE));
        client.gssapi(new GssapiLogin(ofAlice, null, Runnable::run));
    }

    private GssapiVerifier verifier(GssapiMechanism mechanism) {
        return GssapiVerifier.ofPrincipal(new GssapiService(SERVICE, mechanism), ofService, ALICE);
    }

    private byte[] token(GssapiMechanism mechanism) throws Exception {
        return KerberosRealm.token(ofAlice, SERVICE, mechanism);
    }

    /** Shows tokens to a server, one behind the other as long as it reads. */
    private ServerHandshake.Step show(GssapiMechanism mechanism, byte[]... tokens) {
        return show(mechanism, Unpooled.buffer(), tokens);
    }

    private ServerHandshake.Step show(GssapiMechanism mechanism, ByteBuf out, byte[]... tokens) {
        ServerHandshake handshake = asking(verifier(mechanism));
        ServerHandshake.Step step = ServerHandshake.Step.READ;
        for (int i = 0; i < tokens.length && step == ServerHandshake.Step.READ; i++) {
            step = handshake.receive(Unpooled.wrappedBuffer(tokens[i].clone()), 3 + 2 * i, out.clear());
            assertThat(step).isEqualTo(ServerHandshake.Step.VERIFY);
            handshake.verification().run();
            step = handshake.verified(out);
        }
        if (step == ServerHandshake.Step.CLOSE) {
            assertThat(handshake.error().errno()).isEqualTo(1045);
        }
        handshake.close();
        return step;
    }

    @ParameterizedTest
    @EnumSource
    void noPrefixOfATokenLetsAnybodyIn(GssapiMechanism mechanism) throws Exception {
        byte[] token = token(mechanism);
        for (int length = 0; length < token.length; length++) {
            assertThat(show(mechanism, Arrays.copyOf(token, length)))
                    .as("%d bytes of %d", length, token.length)
                    .isEqualTo(ServerHandshake.Step.CLOSE);
        }

        // None of them has used it up, and it is one that lets in.
        assertThat(show(mechanism, token)).isEqualTo(ServerHandshake.Step.DECIDE);
    }

    @ParameterizedTest
    @EnumSource
    void aTokenLetsInOnce(GssapiMechanism mechanism) throws Exception {
        byte[] token = token(mechanism);

        assertThat(show(mechanism, token)).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(show(mechanism, token)).isEqualTo(ServerHandshake.Step.CLOSE);
    }

    @ParameterizedTest
    @EnumSource
    void theServersOwnTokenLetsNobodyIn(GssapiMechanism mechanism) throws Exception {
        ByteBuf out = Unpooled.buffer();
        show(mechanism, out, token(mechanism));

        assertThat(show(mechanism, answer(out))).isEqualTo(ServerHandshake.Step.CLOSE);
    }

    /** A token in the place of the one in front of it: a rest of an agreement, where nothing has been agreed on. */
    @Test
    void theSecondTokenOfAnAgreementLetsNobodyInAsTheFirst() throws Exception {
        byte[] kerberos = token(GssapiMechanism.KERBEROS);
        byte[] second = agreement(kerberos);

        assertThat(show(GssapiMechanism.NEGOTIATE, second, kerberos)).isEqualTo(ServerHandshake.Step.CLOSE);
    }

    /** What a server of SPNEGO gets as a second token: NegTokenResp of RFC 4178 with the token of a mechanism inside. */
    private static byte[] agreement(byte[] token) {
        return der(0xA1, der(0x30, der(0xA2, der(0x04, token))));
    }

    private static byte[] der(int tag, byte[] content) {
        ByteBuf out = Unpooled.buffer().writeByte(tag).writeByte(0x82).writeShort(content.length);
        byte[] all = new byte[4 + content.length];
        out.writeBytes(content).readBytes(all);
        return all;
    }

    /** Bytes that are changed anywhere lead to no other principal, and to nothing but a refusal. */
    @ParameterizedTest
    @EnumSource
    void aChangedTokenIsRefusedOrStillThatOfWhoseItIs(GssapiMechanism mechanism) throws Exception {
        byte[] token = token(mechanism);
        for (int index = 0; index < token.length; index++) {
            byte[] changed = token.clone();
            changed[index] ^= (byte) (1 << index % 8);

            assertThat(show(mechanism, changed, new byte[0]))
                    .isIn(ServerHandshake.Step.CLOSE, ServerHandshake.Step.DECIDE);
        }
    }

    /** The server's token out of what it has written: behind the packet's header and the byte for further data. */
    private static byte[] answer(ByteBuf out) {
        int length = out.readUnsignedMediumLE();
        AuthMoreData data = AuthMoreData.decode(out.skipBytes(1).readSlice(length), CapabilityFlags.NONE);
        return data.data().toArray();
    }

    /** What a server answers to a client that has asked it. */
    private byte[] answerTo(Asked asked) {
        ByteBuf out = Unpooled.buffer();
        assertThat(show(GssapiMechanism.KERBEROS, out, asked.token().toArray())).isEqualTo(ServerHandshake.Step.DECIDE);
        return answer(out);
    }

    private static ClientHandshake.Step take(Asked asked, byte[] token) {
        asked.handshake()
                .receive(Unpooled.wrappedBuffer(new byte[] {AuthMoreData.HEADER}, token), 4, Unpooled.buffer());
        asked.handshake().computation().run();
        return asked.handshake().computed(Unpooled.buffer());
    }

    private Asked asked() {
        return asked(GssapiService.of(SERVICE));
    }

    private static void isNoProof(Asked asked, byte[] token) {
        assertThatThrownBy(() -> take(asked, token))
                .as("%d bytes", token.length)
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1045))
                .hasMessageContaining("the server has not proven that it is '" + SERVICE + "'");
    }

    @Test
    void noPrefixOfTheServersTokenProvesWhoItIs() {
        int length = answerTo(asked()).length;
        for (int cut = 0; cut < length; cut++) {
            Asked asked = asked();

            isNoProof(asked, Arrays.copyOf(answerTo(asked), cut));
        }

        Asked asked = asked();
        assertThat(take(asked, answerTo(asked))).isEqualTo(ClientHandshake.Step.READ);
        assertThat(letIn(asked)).isEqualTo(ClientHandshake.Step.DONE);
    }

    private static ClientHandshake.Step letIn(Asked asked) {
        ByteBuf ok = Unpooled.buffer();
        Ok.of(2).encode(ok, new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41));
        return asked.handshake().receive(ok, 5, Unpooled.buffer());
    }

    @Test
    void theTokenForAnotherClientProvesNothing() {
        isNoProof(asked(), answerTo(asked()));
    }

    @Test
    void itsOwnTokenProvesNothing() {
        Asked asked = asked();

        isNoProof(asked, asked.token().toArray());
    }

    @Test
    void aTokenBehindTheLastIsOneTooMany() {
        Asked asked = asked();
        byte[] answer = answerTo(asked);
        take(asked, answer);

        assertThatThrownBy(() -> take(asked, answer))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("the server sent data that auth_gssapi_client does not know");
    }
}
