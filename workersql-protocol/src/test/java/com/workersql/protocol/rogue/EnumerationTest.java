// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.session.ServerHandshake;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.testing.TwoSamples;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who guesses users and passwords, at the counts of the full suite by {@code -Dworkersql.rogue.scale=1000}, at a thousandth of them by
 * default.
 */
class EnumerationTest {
    private static final int SCALE = Integer.getInteger("workersql.rogue.scale", 1);
    /** The few tries of every day only show what is far from alike, and three times in a row only where it is so. */
    private static final double UNLIKE = SCALE >= 100 ? 0.01 : 0.0001;

    private static final int TRIES = 20;
    private static final int SAMPLES = SCALE >= 100 ? 1 : 3;
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WRONG = "guess".getBytes(StandardCharsets.UTF_8);
    private static final RsaKeyPair KEYS = RsaKeyPair.generate();

    /** A2: a million wrong scrambles, and none is taken. */
    @Test
    void a2takesNoWrongScramble() {
        long seed = new SecureRandom().nextLong();
        Random random = new Random(seed);
        PasswordVerifier verifier = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        CredentialStore store = (user, schema, peer) -> Credential.of(verifier, null);
        ServerHandshakeConfig config = ServerHandshakeConfig.builder().build();
        byte[] guess = new byte[20];
        for (int i = 0; i < 1000 * SCALE; i++) {
            random.nextBytes(guess);
            ServerHandshake handshake = new ServerHandshake(config, store, 1, "192.0.2.1");
            ByteBuf out = Unpooled.buffer();
            handshake.greet(out);
            Bytes salt = HandshakeV10.decode(out.skipBytes(4)).salt();
            Bytes right = NativePassword.response(PASSWORD, salt);
            // Near misses as well: one bit of the right answer changed.
            byte[] near = right.toArray();
            near[i % 20] ^= (byte) (1 << (i / 20 % 8));
            out.clear();
            assertThat(handshake.receive(response(i % 2 == 0 ? guess : near), 1, out))
                    .as("seed %d", seed)
                    .isEqualTo(ServerHandshake.Step.CLOSE);
        }
    }

    private static ByteBuf response(byte[] answer) {
        CapabilityFlags capabilities = RogueClient.CAPABILITIES;
        ByteBuf out = Unpooled.buffer();
        new HandshakeResponse41(
                        capabilities, 1 << 24, 45, "demo", Bytes.of(answer), null, NativePassword.PLUGIN, Map.of(), 0)
                .encode(out, capabilities);
        return out;
    }

    /** A4: how long a refusal takes tells nobody whether the user exists. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a4answersUnknownUsersAsLate(long seed) throws IOException {
        var hash = PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom());
        assertThat(probabilityThatTheyAreAlike(seed, hash, TRIES * SCALE)).isGreaterThan(UNLIKE);
    }

    /** The same question with an answer that does tell: the hash of the one who exists takes four times as long. */
    @Test
    void a4wouldTellWhoIsAnsweredLater() throws IOException {
        var hash = PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom());
        assertThat(hash).startsWith("$A$005$");
        assertThat(probabilityThatTheyAreAlike(1, hash.replace("$A$005$", "$A$014$"), TRIES))
                .isLessThanOrEqualTo(UNLIKE);
    }

    /** Of several samples the one that looks most alike: what makes refusals differ in all of them is no accident. */
    private static double probabilityThatTheyAreAlike(long seed, String hash, int tries) throws IOException {
        Random random = new Random(seed);
        double p = 0;
        for (int sample = 0; sample < SAMPLES && p <= UNLIKE; sample++) {
            p = probabilityInOneSample(random, PasswordVerifier.parse(hash), tries);
            if (SCALE > 1) {
                System.out.printf("A4: seed %d, %d tries each, p = %.4f%n", seed, tries, p);
            }
        }
        return p;
    }

    private static double probabilityInOneSample(Random random, PasswordVerifier verifier, int tries)
            throws IOException {
        CredentialStore store =
                (user, schema, peer) -> user.equals("known-user") ? Credential.of(verifier, null) : null;
        double[] known = new double[tries];
        double[] unknown = new double[tries];
        try (CommandServer server =
                new CommandServer(ServerHandshakeConfig.builder().rsaKeys(KEYS).build(), store, null)) {
            for (int i = 0; i < TRIES; i++) {
                nanosOfARefusal(server, "known-user");
                nanosOfARefusal(server, "nobody-here");
            }
            for (int i = 0; i < tries; i++) {
                boolean knownFirst = random.nextBoolean();
                for (boolean isKnown : new boolean[] {knownFirst, !knownFirst}) {
                    (isKnown ? known : unknown)[i] = nanosOfARefusal(server, isKnown ? "known-user" : "nobody-here");
                }
            }
            assertThat(server.executed).hasValue(0);
        }
        return TwoSamples.probabilityThatTheyAreAlike(known, unknown);
    }

    private static long nanosOfARefusal(CommandServer server, String user) throws IOException {
        try (RogueClient client = new RogueClient(server.port())) {
            Bytes salt = client.receiveSalt();
            client.send(
                    RogueClient.response(user, CachingSha2Password.response(WRONG, salt), CachingSha2Password.PLUGIN));
            client.receive();
            byte[] encrypted =
                    CachingSha2Password.encrypt(WRONG, salt, KEYS.publicKey()).toArray();
            long start = System.nanoTime();
            client.send(RogueClient.packet(3, encrypted));
            assertThat(client.receiveErr().errno()).isEqualTo(1045);
            return System.nanoTime() - start;
        }
    }
}
