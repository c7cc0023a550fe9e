// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.BOB;
import static com.workersql.protocol.testing.KerberosRealm.OTHER_SERVICE;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.auth.GssapiMechanism;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.Peer;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.testing.KerberosRealm;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client shows a ticket of a realm, and both sides prove who they are. */
class GssapiTest extends GssapiSides {
    @Test
    void letsInWhoShowsATicketAndSaysWhoItIs() {
        as(ALICE);

        assertThat(talk(alice())).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.server.client().user()).isEqualTo("demo");
        assertThat(talk.server.client().principal()).isEqualTo(ALICE);
        assertThat(talk.conversation)
                .hasSize(6)
                .startsWith("S0:greeting", "C1:93", "S2:switch")
                .endsWith("S4:key", "S5:ok");
    }

    @ParameterizedTest
    @EnumSource
    void provesByEachMechanism(GssapiMechanism mechanism) {
        as(ALICE);
        var verifier = GssapiVerifier.ofPrincipal(new GssapiService(SERVICE, mechanism), realm.service(SERVICE), ALICE);

        assertThat(talk(verifier)).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.server.client().principal()).isEqualTo(ALICE);
    }

    /** A name that nobody knows has a decoy, which would even take the ticket. */
    private record Nobody(PasswordVerifier decoy) implements CredentialStore {
        @Override
        public Credential find(String user, String schema, Peer peer) {
            return null;
        }

        @Override
        public PasswordVerifier decoy(String user) {
            return decoy;
        }
    }

    /** Known or not: who comes by the ticket of somebody else hears the same, behind the proof of who the server is. */
    @Test
    void refusesTheTicketOfAnotherKnownOrNot() {
        as(BOB);
        String refused = "Access denied for user 'demo'@'127.0.0.1' (GSSAPI: the ticket is that of '" + BOB + "')";

        assertThat(refusal(alice()).message()).isEqualTo(refused);
        assertThat(talk.conversation).hasSize(6).endsWith("S4:key", "S5:err");

        var bob = GssapiVerifier.ofPrincipal(GssapiService.of(SERVICE), realm.service(SERVICE), BOB);
        assertThat(talk.refusal(server.build(), client.build(), new Nobody(bob)).message())
                .isEqualTo(refused);
        assertThat(talk.conversation).hasSize(6).endsWith("S4:key", "S5:err");
    }

    /** The ticket is for a key that the service does not have. */
    @Test
    void refusesATicketForAnotherService() {
        as(ALICE);
        var verifier = GssapiVerifier.ofPrincipal(GssapiService.of(OTHER_SERVICE), realm.service(SERVICE), ALICE);

        assertThat(refusal(verifier).message()).contains("(GSSAPI: ");
    }

    @Test
    void tellsThatTheServerHasNoCredentialsAndWhyToItsLogOnly() {
        as(ALICE);
        GssapiCredentials none = mechanisms -> {
            throw new GSSException(GSSException.NO_CRED, -1, "the keytab is gone");
        };

        assertThat(refusal(GssapiVerifier.ofPrincipal(GssapiService.of(SERVICE), none, ALICE))
                        .message())
                .endsWith("(the server has no credentials for GSSAPI)");
        assertThat(talk.server.reason()).contains("the keytab is gone");
    }

    @Test
    void showsATicketForTheServiceThatItWasToldOf() {
        client.gssapi(new GssapiLogin(realm.client(ALICE), SERVICE, Runnable::run));
        var verifier = GssapiVerifier.ofPrincipal(GssapiService.of(OTHER_SERVICE), realm.service(SERVICE), ALICE);

        assertThat(talk(verifier)).isEqualTo(ServerHandshake.Step.DECIDE);
    }

    @Test
    void saysThatThereIsNoTicketForAServiceThatTheRealmDoesNotKnow() {
        as(ALICE);

        assertThatThrownBy(() -> talk(GssapiVerifier.ofPrincipal(
                        GssapiService.of("mariadb/nowhere@" + KerberosRealm.REALM), realm.service(SERVICE), ALICE)))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1045))
                .hasMessageContaining("there is no ticket for 'mariadb/nowhere@" + KerberosRealm.REALM + "'");
    }

    @Test
    void saysThatItsOwnCredentialsAreMissing() {
        as("nobody@" + KerberosRealm.REALM);

        assertThatThrownBy(() -> talk(alice()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("'demo' has no credentials: ");
    }

    @Test
    void showsNoTicketUnlessToldTo() {
        assertThatThrownBy(() -> talk(alice()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("'auth_gssapi_client', which is shown only where gssapi is configured");
    }

    @Test
    void letsNoServerSayOkThatHasNotProvenWhoItIs() {
        as(ALICE);
        ClientHandshake handshake = asked(GssapiService.of(SERVICE)).handshake();
        ByteBuf ok = Unpooled.buffer();
        Ok.of(2).encode(ok, CapabilityFlags.NONE);

        assertThatThrownBy(() -> handshake.receive(ok, 4, Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("has not proven that it is '" + SERVICE + "'");
    }

    /** Bare, as MariaDB sends it, or behind the header. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesNoTokenThatIsNotTheServices(boolean bare) {
        as(ALICE);
        ClientHandshake handshake = asked(GssapiService.of(SERVICE)).handshake();
        ByteBuf token = Unpooled.buffer();
        new AuthMoreData(Bytes.of(new byte[] {0x60, 3, 1, 2, 3})).encode(token, CapabilityFlags.NONE);
        handshake.receive(bare ? token.skipBytes(1) : token, 4, Unpooled.buffer());
        handshake.computation().run();

        assertThatThrownBy(() -> handshake.computed(Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("the server has not proven that it is '" + SERVICE + "'");
    }

    @Test
    void anyTokenIsTakenOrRefused() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] token = new byte[random.nextInt(80)];
            random.nextBytes(token);
            if (token.length > 1 && random.nextBoolean()) {
                token[0] = 0x60;
                token[1] = (byte) (token.length - 2);
            }
            ServerHandshake handshake = asking(alice());
            ByteBuf out = Unpooled.buffer();
            assertThat(handshake.receive(Unpooled.wrappedBuffer(token), 3, out))
                    .as("seed %d: %s", seed, handshake.error())
                    .isEqualTo(ServerHandshake.Step.VERIFY);
            handshake.verification().run();
            assertThat(handshake.verified(out)).as("seed %d", seed).isEqualTo(ServerHandshake.Step.CLOSE);
            assertThat(handshake.error().errno()).as("seed %d", seed).isEqualTo(1045);
        }
    }

    @Test
    void aTicketMayBeTheFirstOfSeveralFactors() {
        as(ALICE);
        overTls();
        client.furtherPassword(PASSWORD);
        server.capabilities(new CapabilityFlags(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION));

        assertThat(talk.talk(
                        server.build(),
                        client.build(),
                        (user, schema, peer) -> new Credential(alice(), true, null, List.of(external(PASSWORD)))))
                .isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.server.client().principal()).isEqualTo(ALICE);
    }

    @Test
    void becomesAnotherUserByATicket() {
        PasswordVerifier first = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        talk(first);
        as(ALICE);

        assertThat(talk.changeUser(server.build(), client.build(), only(alice())))
                .isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.server.client().principal()).isEqualTo(ALICE);
    }

    @Test
    void aUserWhoNeedsTlsIsNotLetInWithoutByATicketEither() {
        as(ALICE);

        assertThat(talk.refusal(
                                server.build(),
                                client.build(),
                                (user, schema, peer) -> new Credential(alice(), true, null))
                        .errno())
                .isEqualTo(3159);
    }

    /** Counts the credentials that are out. */
    private static final class Counted implements GssapiCredentials {
        private final GssapiCredentials source;
        private final AtomicInteger acquired = new AtomicInteger();
        private final AtomicInteger held = new AtomicInteger();

        Counted(GssapiCredentials source) {
            this.source = source;
        }

        @Override
        public GSSCredential acquire(Oid[] mechanisms) throws GSSException {
            GSSCredential credential = source.acquire(mechanisms);
            acquired.incrementAndGet();
            held.incrementAndGet();
            return credential;
        }

        @Override
        public void release(GSSCredential credential) {
            held.decrementAndGet();
            source.release(credential);
        }
    }

    @Test
    void givesCredentialsBackWhenTheyHaveServed() {
        Counted ofClient = new Counted(realm.client(ALICE));
        Counted ofServer = new Counted(realm.service(SERVICE));
        client.gssapi(new GssapiLogin(ofClient, null, Runnable::run));

        talk(GssapiVerifier.ofPrincipal(GssapiService.of(SERVICE), ofServer, ALICE));
        refusal(GssapiVerifier.ofPrincipal(GssapiService.of(SERVICE), ofServer, BOB));

        assertThat(ofServer.acquired).hasValue(2);
        assertThat(ofServer.held).hasValue(0);
        talk.client.close();
        // The first login has ended by itself.
        assertThat(ofClient.acquired).hasValue(2);
        assertThat(ofClient.held).hasValue(0);
    }

    /** The connection ends between two rounds, or while the ticket is asked for. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesCredentialsBackWhenTheLoginIsGivenUp(boolean whileComputing) {
        Counted counted = new Counted(realm.client(ALICE));
        client.gssapi(new GssapiLogin(counted, null, Runnable::run));
        ClientHandshake handshake = greeted(TlsOffer.OFF);
        handshake.receive(request(GssapiService.of(SERVICE)), 2, Unpooled.buffer());
        Computation computation = handshake.computation();
        if (whileComputing) {
            handshake.close();
            computation.run();
            assertThatThrownBy(() -> handshake.computed(Unpooled.buffer())).isInstanceOf(ProtocolException.class);
        } else {
            computation.run();
            handshake.computed(Unpooled.buffer());
            assertThat(counted.held).hasValue(1);
            handshake.close();
        }

        assertThat(counted.held).hasValue(0);
    }
}
