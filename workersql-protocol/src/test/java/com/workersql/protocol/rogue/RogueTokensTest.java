// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.auth.GssapiMechanism;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.testing.KerberosRealm;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients who come by {@code auth_gssapi_client} and mean no good, over real sockets. */
class RogueTokensTest {
    private static KerberosRealm realm;

    private GssapiCredentials ofAlice;
    private CommandServer server;

    @BeforeAll
    static void startRealm() throws Exception {
        realm = KerberosRealm.start();
    }

    @BeforeEach
    void start() {
        ofAlice = KerberosRealm.once(realm.client(ALICE));
        GssapiVerifier alice = GssapiVerifier.ofPrincipal(
                GssapiService.of(SERVICE), KerberosRealm.once(realm.service(SERVICE)), ALICE);
        CredentialStore store = (user, schema, peer) -> switch (user) {
            case "alice" -> Credential.of(alice, null);
            case "open" -> Credential.of(PasswordVerifier.parse(""), null);
            default -> null;
        };
        server = new CommandServer(
                ServerHandshakeConfig.builder().timeoutMillis(1500).build(), store, null);
    }

    /** INV-6: nothing is left behind, nothing has reached the end of a pipeline, and the next client is served. */
    @AfterEach
    void theServerIsAsBefore() throws IOException {
        int executed = server.executed.get();
        try (RogueClient good = RogueClient.loggedIn(server.port())) {
            good.send(RogueClients.PING);
            good.receiveOk();
        }
        server.close();
        assertThat(server.executed).hasValue(executed + 1);
        assertThat(server.faults).isEmpty();
        assertThat(server.heldBytes()).isZero();
    }

    private byte[] token() throws Exception {
        return KerberosRealm.token(ofAlice, SERVICE, GssapiMechanism.KERBEROS);
    }

    /** A client that has been asked for a ticket, whatever it has sent along with its response. */
    private RogueClient asked(byte[] authData) throws IOException {
        RogueClient client = new RogueClient(server.port());
        client.receive();
        client.send(RogueClient.response("alice", Bytes.of(authData), GssapiService.PLUGIN));
        AuthSwitchRequest request = AuthSwitchRequest.decode(client.receive(), RogueClient.CAPABILITIES);
        assertThat(request.plugin()).isEqualTo(GssapiService.PLUGIN);
        return client;
    }

    private RogueClient asked() throws IOException {
        return asked(new byte[0]);
    }

    private static void isRefused(RogueClient client, int errno) throws IOException {
        assertThat(client.receiveErr().errno()).isEqualTo(errno);
        assertThat(client.isClosed()).isTrue();
    }

    private static void isLetIn(RogueClient client) throws IOException {
        ByteBuf proof = client.receive();
        assertThat(proof.getUnsignedByte(0)).isEqualTo((short) AuthMoreData.HEADER);
        client.receiveOk();
    }

    @Test
    void refusesATokenThatEndsTooSoon() throws Exception {
        byte[] token = token();
        for (int length : new int[] {0, 1, 2, 20, token.length / 2, token.length - 1}) {
            try (RogueClient client = asked()) {
                client.send(RogueClient.packet(3, Arrays.copyOf(token, length)));

                isRefused(client, 1045);
            }
        }
        try (RogueClient client = asked()) {
            client.send(RogueClient.packet(3, token));

            isLetIn(client);
        }
    }

    /** The time of the handshake ends it, and what has come of the packet is given back. */
    @Test
    void closesOnATokenWhoseRestDoesNotCome() throws Exception {
        byte[] packet = RogueClient.packet(3, token());
        try (RogueClient client = asked()) {
            client.send(Arrays.copyOf(packet, packet.length / 2));

            assertThat(client.isClosed()).isTrue();
        }
    }

    /** Nobody who is not known yet has the server keep more than it holds for a handshake. */
    @Test
    void refusesATokenLongerThanAHandshakeMayBeByItsHeader() throws Exception {
        for (int length : new int[] {(1 << 14) + 1, 1 << 20, 0xFF_FFFF}) {
            try (RogueClient client = asked()) {
                client.send(new byte[] {(byte) length, (byte) (length >> 8), (byte) (length >> 16), 3});

                isRefused(client, 1153);
            }
        }
    }

    @Test
    void refusesALongTokenOfZeros() throws Exception {
        try (RogueClient client = asked()) {
            client.send(RogueClient.packet(3, new byte[10_000]));

            assertThat(client.receiveErr().errno()).isIn(1043, 1045);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void takesATokenOfAnotherConnectionOnceOnly() throws Exception {
        byte[] token = token();
        try (RogueClient first = asked();
                RogueClient second = asked()) {
            first.send(RogueClient.packet(3, token));
            isLetIn(first);
            second.send(RogueClient.packet(3, token));

            isRefused(second, 1045);
        }
    }

    /** A token that comes before it is asked for is not looked at: only what answers the server counts. */
    @Test
    void takesNoTokenInTheResponse() throws Exception {
        byte[] token = Arrays.copyOf(token(), 255);
        try (RogueClient client = asked(token)) {
            client.send(RogueClient.packet(3, new byte[0]));

            isRefused(client, 1045);
        }
    }

    /** The second one is no command, and nothing behind it is one. */
    @Test
    void executesNothingBehindATokenTooMany() throws Exception {
        byte[] token = token();
        try (RogueClient client = asked()) {
            client.send(RogueClient.packet(3, token), RogueClient.packet(5, token), RogueClients.PING);
            isLetIn(client);

            assertThat(client.receiveErr().errno()).isEqualTo(1156);
            assertThat(client.isClosed()).isTrue();
            assertThat(server.executed).hasValue(0);
        }
    }

    @Test
    void executesNothingBehindATokenThatIsRefused() throws Exception {
        try (RogueClient client = asked()) {
            client.send(RogueClient.packet(3, new byte[] {0x60, 0}), RogueClients.PING, RogueClient.query("SELECT 1"));
            Err err = client.receiveErr();

            assertThat(err.errno()).isEqualTo(1045);
            assertThat(client.isClosed()).isTrue();
            assertThat(server.executed).hasValue(0);
        }
    }
}
