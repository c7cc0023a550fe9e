// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.ClearPassword;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A password goes in clear over TLS only, and as a client only where that is allowed: the plugins of clear passwords and of dialogs. */
class ClearPasswordsTest extends HandshakeSides {
    @Test
    void clearPasswordGoesOverTls() {
        overTls();

        assertThat(talk(external(PASSWORD))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation)
                .containsExactly("S0:greeting", "C1:32", "C2:93", "S3:switch", "C4:" + (PASSWORD.length + 1), "S5:ok");
    }

    @Test
    void clearPasswordIsNotEvenAskedForWithoutTls() {
        for (PasswordVerifier verifier : List.of(external(PASSWORD), dialog(PASSWORD))) {
            assertThat(refusal(verifier).errno()).as(verifier.plugin()).isEqualTo(3159);
            assertThat(talk.conversation).containsExactly("S0:greeting", "C1:93", "S2:err");
        }
    }

    /** A rogue server learns nothing by asking, neither without TLS nor of a client that was not told to. */
    @ParameterizedTest
    @CsvSource({"mysql_clear_password, false", "mysql_clear_password, true", "dialog, false", "dialog, true"})
    void clearPasswordIsNotSentUnlessToldTo(String plugin, boolean tls) {
        client.tls(tls ? TlsMode.REQUIRED : TlsMode.DISABLED).enableClearPassword(!tls);
        ClientHandshake handshake = greeted(tls ? TlsOffer.OFFERED : TlsOffer.OFF);
        ByteBuf payload = Unpooled.buffer();
        new AuthSwitchRequest(plugin, Bytes.EMPTY).encode(payload, CapabilityFlags.NONE);
        ByteBuf out = Unpooled.buffer();

        assertThatThrownBy(() -> handshake.receive(payload, 2, out))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("enableClearPassword");
        assertThat(out.isReadable()).isFalse();
    }

    @Test
    void aPasswordIsAskedForByADialogOverTls() {
        overTls();

        assertThat(talk(dialog(PASSWORD))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation)
                .containsExactly("S0:greeting", "C1:32", "C2:93", "S3:switch", "C4:" + (PASSWORD.length + 1), "S5:ok");
        assertThat(refusal(dialog("another".getBytes(StandardCharsets.UTF_8))).errno())
                .isEqualTo(1045);
    }

    /** As a MariaDB with PAM asks, for the only or the first answer that it wants. */
    @ParameterizedTest
    @ValueSource(strings = {"0550617373776f72643a20", "0450617373776f72643a20"})
    void answersADialogsQuestionForAPasswordOnce(String question) {
        overTls();
        ClientHandshake handshake = greeted(TlsOffer.OFFERED);
        ByteBuf out = Unpooled.buffer();

        handshake.receive(dialogOf(question), 3, out);

        assertThat(ByteBufUtil.getBytes(out.skipBytes(4))).isEqualTo(Arrays.copyOf(PASSWORD, PASSWORD.length + 1));
        // Behind the switch a question comes without a header; its kind is the first byte of a next factor.
        ByteBuf more = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("024d6f72653f"));
        assertThatThrownBy(() -> handshake.receive(more, 5, out))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("more than a password: More?");
    }

    @Test
    void answersNoOtherQuestionOfADialog() {
        overTls();
        ClientHandshake handshake = greeted(TlsOffer.OFFERED);

        assertThatThrownBy(() -> handshake.receive(dialogOf("03546f6b656e3a"), 3, Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("something else than a password: Token:");
    }

    @Test
    void aDialogMayBeTheFirstOfSeveralFactors() {
        overTls();
        client.furtherPassword("second".getBytes(StandardCharsets.UTF_8));
        server.capabilities(new CapabilityFlags(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION));
        List<PasswordVerifier> further = List.of(external("second".getBytes(StandardCharsets.UTF_8)));

        assertThat(talk.talk(
                        server.build(),
                        client.build(),
                        (user, schema, peer) -> new Credential(dialog(PASSWORD), false, null, further)))
                .isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation).containsSubsequence("S3:switch", "S5:next", "C6:7", "S7:ok");
    }

    private static ByteBuf dialogOf(String question) {
        ByteBuf payload = Unpooled.buffer();
        new AuthSwitchRequest("dialog", Bytes.of(ByteBufUtil.decodeHexDump(question)))
                .encode(payload, CapabilityFlags.NONE);
        return payload;
    }

    @Test
    void t22sendsNoPasswordInClearWithoutTls() {
        talk(PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, RANDOM)));

        assertThat(new String(talk.sentByClient(), StandardCharsets.ISO_8859_1))
                .doesNotContain(new String(PASSWORD, StandardCharsets.UTF_8));
    }

    /** Clients whose own plugin sends it in clear do not wait to be asked, where TLS has begun. */
    @Test
    void overwritesAPasswordThatCameInTheResponse() {
        overTls();
        ServerHandshake handshake = new ServerHandshake(server.build(), only(external(PASSWORD)), 1, "127.0.0.1");
        ByteBuf out = Unpooled.buffer();
        handshake.greet(out);
        CapabilityFlags wanted = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SSL
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH);
        ByteBuf request = Unpooled.buffer();
        new SslRequest(wanted, 1 << 24, 45).encode(request, wanted);
        handshake.receive(request, 1, out.clear());
        handshake.tlsStarted();
        ByteBuf response = Unpooled.buffer();
        new HandshakeResponse41(
                        wanted, 1 << 24, 45, "demo", Bytes.of(PASSWORD), null, ClearPassword.PLUGIN, Map.of(), 0)
                .encode(response, wanted);
        ByteBuf received = response.duplicate();

        assertThat(handshake.receive(received, 2, out.clear())).isEqualTo(ServerHandshake.Step.READ);

        assertThat(ByteBufUtil.getBytes(response)).containsOnly(0);
        assertThat(received.isReadable()).isFalse();
        assertThat(handshake.user()).isEqualTo("demo");
    }

    @Test
    void overwritesTheBytesThatMayHoldAPassword() {
        overTls();
        ServerHandshake handshake = new ServerHandshake(server.build(), only(external(PASSWORD)), 1, "127.0.0.1");
        ClientHandshake peer = new ClientHandshake(client.build());
        ByteBuf out = Unpooled.buffer();
        handshake.greet(out);
        ByteBuf toServer = Unpooled.buffer();
        peer.receive(out.skipBytes(4), 0, toServer);
        handshake.receive(toServer.skipBytes(4), 1, out.clear());
        handshake.tlsStarted();
        peer.tlsStarted(toServer.clear());
        handshake.receive(toServer.skipBytes(4), 2, out.clear());
        peer.receive(out.skipBytes(4), 3, toServer.clear());
        ByteBuf answer = toServer.skipBytes(4);
        int start = answer.readerIndex();
        int length = answer.readableBytes();

        assertThat(handshake.receive(answer, 4, out.clear())).isEqualTo(ServerHandshake.Step.VERIFY);

        assertThat(ByteBufUtil.getBytes(answer, start, length)).containsOnly(0);
    }
}
