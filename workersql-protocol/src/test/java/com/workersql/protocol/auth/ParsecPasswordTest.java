// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParsecPasswordTest {
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Bytes SCRAMBLE = Salt.next(RANDOM, ParsecPassword.SCRAMBLE_BYTES);

    /** What MariaDB 11.8 keeps for {@code IDENTIFIED VIA parsec USING PASSWORD('secret')}. */
    private static final String OF_THE_SERVER =
            "P0:5vT00viwuHWYA+XeS0U4E/DR:63xDduvuTzNX/ytthwrPTp/bPeEWH8uo7vgzVIPq8w4";

    @Test
    void readsAndMatchesTheVerifierOfARealServer() {
        PasswordVerifier verifier = PasswordVerifier.parse(OF_THE_SERVER);

        assertThat(verifier.plugin()).isEqualTo("parsec");
        assertThat(verifier.text()).isEqualTo(OF_THE_SERVER);
        assertThat(verifier.matches(PASSWORD)).isTrue();
        assertThat(verifier.matches("Secret".getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(verifier).hasToString("Parsec[]");
    }

    @Test
    void acceptsTheResponseOfTheSamePasswordAndScrambleOnly() {
        PasswordVerifier.Parsec verifier = PasswordVerifier.Parsec.ofPassword(PASSWORD, RANDOM);
        Bytes extendedSalt = ParsecPassword.extendedSalt(verifier.factor(), verifier.salt());
        Bytes response = ParsecPassword.response(PASSWORD, SCRAMBLE, extendedSalt, RANDOM);

        assertThat(response.length()).isEqualTo(96);
        assertThat(ParsecPassword.verify(response, SCRAMBLE, verifier.publicKey()))
                .isTrue();
        assertThat(ParsecPassword.verify(response, Salt.next(RANDOM, 32), verifier.publicKey()))
                .isFalse();
        Bytes other = ParsecPassword.response(new byte[0], SCRAMBLE, extendedSalt, RANDOM);
        assertThat(ParsecPassword.verify(other, SCRAMBLE, verifier.publicKey())).isFalse();
    }

    /** The server names the cost before it has proven anything: a rogue one must not keep the client busy. */
    @ParameterizedTest
    @ValueSource(ints = {5, 20, 255})
    void refusesToComputeForLong(int factor) {
        Bytes extendedSalt = ParsecPassword.extendedSalt(factor, Bytes.of(new byte[18]));

        assertThatThrownBy(() -> ParsecPassword.response(PASSWORD, SCRAMBLE, extendedSalt, RANDOM))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("factor " + factor);
    }

    @Test
    void refusesASaltThatItDoesNotKnow() {
        for (byte[] salt : new byte[][] {{}, {'P'}, {'P', 0}, {'Q', 0, 1, 2, 3}}) {
            assertThatThrownBy(() -> ParsecPassword.response(PASSWORD, SCRAMBLE, Bytes.of(salt), RANDOM))
                    .isInstanceOf(ProtocolException.class);
        }
    }
}
