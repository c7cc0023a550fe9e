// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.session.ServerHandshakeConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;

/**
 * A server on loopback for clients that mean no good, which must be as before when they have gone. By default they try a thousandth of
 * the full suite; all of it with {@code -Dworkersql.rogue.scale=1000}.
 */
abstract class RogueClients {
    static final int SCALE = Integer.getInteger("workersql.rogue.scale", 1);
    static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    static final SecureRandom RANDOM = new SecureRandom();
    static final RsaKeyPair KEYS = RsaKeyPair.generate();
    static final byte[] PING = {1, 0, 0, 0, 14};
    static final Map<String, PasswordVerifier> USERS = Map.of(
            "open", PasswordVerifier.parse(""),
            "mysql_native_password", PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD)),
            "caching_sha2_password", PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, RANDOM)),
            "client_ed25519", PasswordVerifier.Ed25519.ofPassword(PASSWORD),
            "parsec", PasswordVerifier.Parsec.ofPassword(PASSWORD, RANDOM),
            "sha256_password", PasswordVerifier.parse("$5$abcdefghijklmnopqrst$" + "x".repeat(43)));

    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    final CredentialStore store = (user, schema, peer) -> {
        asked.add(user);
        return USERS.containsKey(user) ? Credential.of(USERS.get(user), null) : null;
    };
    final CommandServer server = new CommandServer(
            ServerHandshakeConfig.builder().rsaKeys(KEYS).timeoutMillis(1500).build(), store, null);

    /** INV-6: nothing is left behind, nothing has reached the end of a pipeline, and the next client is served. */
    @AfterEach
    final void theServerIsAsBefore() throws IOException {
        try (RogueClient good = RogueClient.loggedIn(server.port())) {
            good.send(PING);
            assertThat(good.receiveOk().statusFlags()).isEqualTo(2);
        }
        server.close();
        assertThat(server.faults).isEmpty();
        assertThat(server.heldBytes()).as("bytes that are still held").isZero();
    }

    final RogueClient connect() throws IOException {
        return new RogueClient(server.port());
    }
}
