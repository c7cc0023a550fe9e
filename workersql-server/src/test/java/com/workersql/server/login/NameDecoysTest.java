// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class NameDecoysTest {
    private final NameDecoys decoys = new NameDecoys(new SecureRandom());

    @Test
    void eachNameHasItsOwnAndKeepsIt() {
        assertThat(decoys.of("ada").text()).isEqualTo(decoys.of("ada").text());
        assertThat(decoys.of("ada").text()).isNotEqualTo(decoys.of("bob").text());
    }

    @Test
    void nobodyElseCanTellThem() {
        assertThat(new NameDecoys(new SecureRandom()).of("ada").text())
                .isNotEqualTo(decoys.of("ada").text());
    }
}
