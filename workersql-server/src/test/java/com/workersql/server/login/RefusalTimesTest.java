// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.testing.TwoSamples;
import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import io.netty.util.concurrent.ImmediateExecutor;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How long the refusal of a bearer or password over HTTP takes tells nobody what of it is right: of three samples in a row one looks alike. On
 * an idle machine {@code -Dworkersql.timing.tries=20000} finds differences of a percent; the few tries of every day what is far from alike.
 */
class RefusalTimesTest extends BearersFixture {
    private static final int TRIES = Integer.getInteger("workersql.timing.tries", 400);
    private static final boolean LONG = TRIES >= 10_000;
    private static final double UNLIKE = LONG ? 0.01 : 1e-4;
    private static final int SAMPLES = 3;

    private final ApiKey key = new ApiKey("reports", ApiKey.hash(keyOf("reports", 'a', 'b')), "acme", Set.of(), null);

    /** Refuses one thing that is wrong. */
    private interface Refusal {
        void run();
    }

    /** The text of a key whose secret has these digits at its ends. */
    private static String keyOf(String name, char first, char last) {
        return ApiKey.PREFIX + name + "_" + first + "0".repeat(62) + last;
    }

    private static void assertAlike(String what, long seed, int tries, Refusal one, Refusal other) {
        assertThat(probabilityThatTheyAreAlike(what, seed, tries, one, other))
                .as("%s, seed %d", what, seed)
                .isGreaterThan(UNLIKE);
    }

    /** Of several samples the one that looks most alike: what makes refusals differ in all of them is no accident. */
    private static double probabilityThatTheyAreAlike(String what, long seed, int tries, Refusal one, Refusal other) {
        var random = new Random(seed);
        double p = 0;
        for (int sample = 0; sample < SAMPLES && p <= UNLIKE; sample++) {
            p = probabilityInOneSample(random, tries, new Refusal[] {one, other});
            if (LONG) {
                System.out.printf("%s: seed %d, %d tries each, p = %.4f%n", what, seed, tries, p);
            }
        }
        return p;
    }

    private static double probabilityInOneSample(Random random, int tries, Refusal... refusals) {
        var nanos = new double[2][tries];
        for (int i = -tries; i < tries; i++) {
            // In changing order, so that what disturbs the machine disturbs both.
            int first = random.nextInt(2);
            for (int which : new int[] {first, 1 - first}) {
                long start = System.nanoTime();
                refusals[which].run();
                long took = System.nanoTime() - start;
                if (i >= 0) {
                    nanos[which][i] = took;
                }
            }
        }
        return TwoSamples.probabilityThatTheyAreAlike(nanos[0], nanos[1]);
    }

    /** Each time in a place of its own in memory, which takes its time, too. */
    private Refusal key(String text) {
        char[] characters = text.toCharArray();
        return () -> assertThat(prove(new String(characters))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void refusesAKeyOfNoNameAsLateAsOneOfAnother(long seed) {
        use(new AuthConfig(null, List.of(key)));
        assertThat(prove(keyOf("reports", 'a', 'b'))).isTrue();

        assertAlike("name of a key", seed, TRIES, key(keyOf("reports", 'c', 'd')), key(keyOf("nothing", 'c', 'd')));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void refusesAKeyAsLateWhereverItIsWrong(long seed) {
        use(new AuthConfig(null, List.of(key)));

        assertAlike("digits of a key", seed, TRIES, key(keyOf("reports", 'c', 'b')), key(keyOf("reports", 'a', 'd')));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void refusesASignatureAsLateWhereverItIsWrong(long seed) throws Exception {
        useSecret();
        var good = hs256("\"alg\":\"HS256\"", GOOD);
        assertThat(prove(good)).isTrue();
        int signature = good.lastIndexOf('.') + 1;

        assertAlike(
                "signature of a token",
                seed,
                TRIES,
                key(changedAt(good, signature)),
                key(changedAt(good, good.length() - 2)));
    }

    private static String changedAt(String text, int at) {
        return text.substring(0, at) + (text.charAt(at) == 'A' ? 'B' : 'A') + text.substring(at + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void refusesAnUnknownUserAsLateAsAWrongPassword(long seed) {
        // How long a password takes to be refused depends a little on the salt: each try is another user's.
        int tries = Math.max(40, TRIES / 100);
        var random = new SecureRandom();
        var users = IntStream.range(0, tries)
                .mapToObj(i -> GatewayUser.of(
                        "known-" + i,
                        PasswordVerifier.hashCachingSha2(("right " + i).getBytes(StandardCharsets.UTF_8), random),
                        null))
                .toList();
        var logins = new Logins(ImmediateExecutor.INSTANCE, random);
        logins.use(GatewayConfig.builder().users(UserStore.of(users)).build());

        // Hundreds of times as slow as the others.
        assertAlike("user", seed, tries, passwords(logins, "known-", tries), passwords(logins, "other-", tries));
    }

    /** The same question with an answer that does tell: twice the work for one of the two. */
    @Test
    void wouldTellARefusalThatTakesLonger() {
        use(new AuthConfig(null, List.of(key)));
        var refusal = key(keyOf("reports", 'c', 'd'));

        assertThat(probabilityThatTheyAreAlike("twice", 1, TRIES, refusal, () -> {
                    refusal.run();
                    refusal.run();
                }))
                .isLessThanOrEqualTo(UNLIKE);
    }

    private Refusal passwords(Logins logins, String names, int tries) {
        var wrong = "wrong".getBytes(StandardCharsets.UTF_8);
        var next = new AtomicInteger();
        return () -> {
            error = null;
            String user = names + next.getAndIncrement() % tries;
            logins.prove(user, wrong, channel.eventLoop(), ok -> {}, refused -> error = refused);
            channel.runPendingTasks();
            assertThat(error.errno()).isEqualTo(1045);
        };
    }
}
