// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.testing.KerberosRealm;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;

/** Both sides of an exchange by tickets of a realm, together or one of them alone. */
abstract class GssapiSides extends HandshakeSides {
    static KerberosRealm realm;

    @BeforeAll
    static void startRealm() throws Exception {
        realm = KerberosRealm.start();
    }

    static GssapiVerifier alice() {
        return GssapiVerifier.ofPrincipal(GssapiService.of(SERVICE), realm.service(SERVICE), ALICE);
    }

    final void as(String principal) {
        client.gssapi(new GssapiLogin(realm.client(principal), null, Runnable::run));
    }

    static ByteBuf request(GssapiService service) {
        ByteBuf payload = Unpooled.buffer();
        new AuthSwitchRequest(GssapiService.PLUGIN, service.question()).encode(payload, CapabilityFlags.NONE);
        return payload;
    }

    /**
     * A client that waits for the server's token.
     *
     * @param token which it has sent
     */
    record Asked(ClientHandshake handshake, Bytes token) {}

    final Asked asked(GssapiService service) {
        ClientHandshake handshake = greeted(TlsOffer.OFF);
        handshake.receive(request(service), 2, Unpooled.buffer());
        handshake.computation().run();
        ByteBuf out = Unpooled.buffer();
        assertThat(handshake.computed(out)).isEqualTo(ClientHandshake.Step.READ);
        Bytes token =
                AuthResponse.decode(out.skipBytes(4), CapabilityFlags.NONE).data();
        assertThat(token.at(0)).isEqualTo(0x60);
        return new Asked(handshake, token);
    }

    /** A server that waits for a token. */
    final ServerHandshake asking(PasswordVerifier verifier) {
        ServerHandshake handshake = new ServerHandshake(server.build(), only(verifier), 1, "127.0.0.1");
        ByteBuf out = Unpooled.buffer();
        handshake.greet(out);
        ByteBuf response = Unpooled.buffer();
        new ClientHandshake(
                        client.password("x".getBytes(StandardCharsets.UTF_8)).build())
                .receive(out.skipBytes(4), 0, response);
        assertThat(handshake.receive(response.skipBytes(4), 1, out.clear())).isEqualTo(ServerHandshake.Step.READ);
        return handshake;
    }
}
