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
import java.util.Arrays;
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
    /** The few tries of every day only show what is far from alike. */
    private static final double UNLIKE = SCALE >= 100 ? 0.01 : 0.0001;

    /** As a fresh user of {@code caching_sha2_password} has it. */
    private static final String ROUNDS = "$A$005$";

    private static final int SALT_CHARACTERS = 20;
    private static final int HASH_CHARACTERS = 43;
    private static final String ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static final int TRIES = 20;
    private static final int SAMPLES = 3;
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
        assertThat(probabilityThatTheyAreAlike(seed)).isGreaterThan(UNLIKE);
    }

    /** The same question with an answer that does tell: the hash of those who exist takes sixteen times as long. */
    @Test
    void a4wouldTellWhoIsAnsweredLater() throws IOException {
        assertThat(PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom()))
                .startsWith(ROUNDS);
        assertThat(probabilityInOneSample(new Random(1), "$A$050$", TRIES)).isLessThanOrEqualTo(UNLIKE);
    }

    /** Of several samples the one that looks most alike: what makes refusals differ in all of them is no accident. */
    private static double probabilityThatTheyAreAlike(long seed) throws IOException {
        int tries = TRIES * SCALE;
        Random random = new Random(seed);
        double p = 0;
        for (int sample = 0; sample < SAMPLES && p <= UNLIKE; sample++) {
            p = probabilityInOneSample(random, ROUNDS, tries);
            if (SCALE > 1) {
                System.out.printf("A4: seed %d, %d tries each, p = %.4f%n", seed, tries, p);
            }
        }
        return p;
    }

    /** How long a password takes to be refused depends a little on the salt: each try is another user's. */
    private static double probabilityInOneSample(Random random, String rounds, int tries) throws IOException {
        PasswordVerifier[] verifiers = new PasswordVerifier[tries];
        Arrays.setAll(verifiers, i -> ofAPasswordThatNobodyKnows(random, rounds));
        CredentialStore store = (user, schema, peer) -> user.startsWith("known-")
                ? Credential.of(verifiers[Integer.parseInt(user, 6, user.length(), 10)], null)
                : null;
        double[] known = new double[tries];
        double[] unknown = new double[tries];
        try (CommandServer server =
                new CommandServer(ServerHandshakeConfig.builder().rsaKeys(KEYS).build(), store, null)) {
            for (int i = 0; i < TRIES; i++) {
                nanosOfARefusal(server, "known-" + i);
                nanosOfARefusal(server, "other-" + i);
            }
            for (int i = 0; i < tries; i++) {
                boolean knownFirst = random.nextBoolean();
                for (boolean isKnown : new boolean[] {knownFirst, !knownFirst}) {
                    (isKnown ? known : unknown)[i] = nanosOfARefusal(server, (isKnown ? "known-" : "other-") + i);
                }
            }
            assertThat(server.executed).hasValue(0);
        }
        return TwoSamples.probabilityThatTheyAreAlike(known, unknown);
    }

    private static PasswordVerifier ofAPasswordThatNobodyKnows(Random random, String rounds) {
        StringBuilder text = new StringBuilder(rounds);
        for (int i = 0; i < SALT_CHARACTERS + HASH_CHARACTERS; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return PasswordVerifier.parse(text.toString());
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
