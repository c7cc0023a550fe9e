// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ed25519PasswordTest {
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final Bytes SALT = Salt.next(new SecureRandom(), Ed25519Password.SALT_BYTES);

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /** A password of 32 bytes is a seed of Ed25519 itself: the vectors 1 to 3 of RFC 8032, section 7.1. */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,,"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    })
    void signsAsTheStandardDoes(String seed, String publicKey, String message, String signature) {
        byte[] signed = message == null ? new byte[0] : hex(message);

        assertThat(Ed25519.publicKey(hex(seed))).isEqualTo(hex(publicKey));
        assertThat(Ed25519.sign(hex(seed), signed)).isEqualTo(hex(signature));
        assertThat(Ed25519.verify(hex(signature), signed, hex(publicKey))).isTrue();
    }

    @Test
    void signsAsThePlatformDoes() throws Exception {
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            byte[] seed = new byte[32];
            byte[] message = new byte[i];
            random.nextBytes(seed);
            random.nextBytes(message);
            Signature platform = Signature.getInstance("Ed25519");
            platform.initSign(KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
            platform.update(message);

            assertThat(Ed25519.sign(seed, message)).isEqualTo(platform.sign());
        }
    }

    /** What MariaDB 11.8 keeps for {@code IDENTIFIED VIA ed25519 USING PASSWORD('secret')}. */
    @Test
    void makesTheKeyThatTheServerKeeps() {
        assertThat(PasswordVerifier.Ed25519.ofPassword(PASSWORD).text())
                .isEqualTo("ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY");
        assertThat(PasswordVerifier.Ed25519.parse("ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY")
                        .matches(PASSWORD))
                .isTrue();
    }

    @Test
    void acceptsTheResponseOfTheSamePasswordAndSaltOnly() {
        Bytes key = Ed25519Password.publicKey(PASSWORD);
        Bytes response = Ed25519Password.response(PASSWORD, SALT);

        assertThat(Ed25519Password.verify(response, SALT, key)).isTrue();
        assertThat(Ed25519Password.verify(response, Salt.next(new SecureRandom(), 32), key))
                .isFalse();
        assertThat(Ed25519Password.verify(response, SALT, Ed25519Password.publicKey(new byte[] {'x'})))
                .isFalse();
    }

    /** A3: neither a response of another length nor a key that is no point of the curve is an exception. */
    @Test
    void refusesGarbage() {
        Bytes key = Ed25519Password.publicKey(PASSWORD);
        for (int length : new int[] {0, 1, 63, 64, 65, 255}) {
            assertThat(Ed25519Password.verify(Bytes.of(new byte[length]), SALT, key))
                    .isFalse();
        }
        byte[] noPoint = new byte[32];
        noPoint[0] = 2;
        assertThat(Ed25519Password.verify(Ed25519Password.response(PASSWORD, SALT), SALT, Bytes.of(noPoint)))
                .isFalse();
    }

    @Test
    void sendsNothingForAnEmptyPassword() {
        assertThat(Ed25519Password.response(new byte[0], SALT).isEmpty()).isTrue();
    }
}
