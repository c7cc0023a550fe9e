// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokensTest {
    private static final byte[] KEY = new byte[32];

    private final SessionTokens tokens = new SessionTokens(KEY, 3, new SecureRandom());
    private final String id = tokens.newId();
    private final String token = tokens.token(id, "ada");

    @Test
    void isReadByEveryGatewayWithTheKey() {
        var peer = new SessionTokens(KEY.clone(), 4, new SecureRandom());

        assertThat(peer.read(token, "ada")).isEqualTo(new SessionTokens.Named(3, id));
    }

    @Test
    void isWorthNothingInOtherHands() {
        assertThat(tokens.read(token, "bob")).isNull();
    }

    @Test
    void isWorthNothingUnderAnotherKey() {
        var other = KEY.clone();
        other[31] = 1;

        assertThat(new SessionTokens(other, 3, new SecureRandom()).read(token, "ada"))
                .isNull();
    }

    @Test
    void isRefusedWithAnyCharacterChanged() {
        for (int i = 0; i < token.length(); i++) {
            var changed = token.toCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            assertThat(tokens.read(new String(changed), "ada"))
                    .as("character %d", i)
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "3.a", "3..", "a.b.c", "99999999999999999999.a.b", "3.é.ü"})
    void isNotAnythingElse(String text) {
        assertThat(tokens.read(text, "ada")).isNull();
    }

    @Test
    void needsAKeyOfItsOwnLength() {
        assertThatThrownBy(() -> new SessionTokens(new byte[31], 0, new SecureRandom()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32");
    }
}
