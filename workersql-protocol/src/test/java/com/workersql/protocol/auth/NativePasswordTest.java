// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativePasswordTest {
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final Bytes SALT = Salt.next(new SecureRandom());

    /** The hash as {@code SELECT PASSWORD('secret')} of MariaDB 10.11 gives it. */
    @Test
    void hashesAsTheServerDoes() {
        assertThat(PasswordVerifier.hashNative(PASSWORD)).isEqualTo("*14E65567ABDB5135D0CFD9A70B3032C179A49EE7");
    }

    @Test
    void acceptsTheResponseOfTheSamePasswordAndSaltOnly() {
        Bytes response = NativePassword.response(PASSWORD, SALT);

        assertThat(NativePassword.verify(response, SALT, NativePassword.hash(PASSWORD)))
                .isTrue();
        assertThat(NativePassword.verify(response, SALT, NativePassword.hash(new byte[] {'x'})))
                .isFalse();
        assertThat(NativePassword.verify(response, Salt.next(new SecureRandom()), NativePassword.hash(PASSWORD)))
                .isFalse();
    }

    /** A3: the length of a response is checked before anything is compared. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 21, 255})
    void refusesAResponseOfAnotherLength(int length) {
        assertThat(NativePassword.verify(Bytes.of(new byte[length]), SALT, NativePassword.hash(PASSWORD)))
                .isFalse();
    }
}
