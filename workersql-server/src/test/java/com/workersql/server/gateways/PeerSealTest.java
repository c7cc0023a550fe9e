// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.gateways;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one gateway says to another, and who cannot say it. */
final class PeerSealTest {
    private static final byte[] BODY = bytes("{\"session\":1}");
    private long now = 1_000_000_000_000L;
    private final PeerSeal one = seal(1, "k".repeat(32));
    private final PeerSeal two = seal(2, "k".repeat(32));

    private PeerSeal seal(int number, String key) {
        return new PeerSeal(bytes(key), number, () -> Instant.ofEpochMilli(now), new SecureRandom());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void isGoodOnceForTheGatewayThatItIsFor() {
        var seal = one.seal(2, BODY);

        assertThat(two.fault(seal, BODY)).isNull();
        assertThat(two.fault(seal, BODY)).isEqualTo("the seal was used before");
        assertThat(two.fault(one.seal(2, BODY), BODY)).isNull();
        assertThat(seal(3, "k".repeat(32)).fault(one.seal(2, BODY), BODY)).contains("for another gateway");
    }

    @Test
    void coversTheBodyAndNeedsTheKey() {
        assertThat(two.fault(one.seal(2, BODY), bytes("{\"session\":2}"))).contains("or request");
        assertThat(two.fault(seal(1, "x".repeat(32)).seal(2, BODY), BODY)).contains("by another key");
        var seal = one.seal(2, BODY);
        assertThat(two.fault("3" + seal.substring(1), BODY))
                .as("from another one")
                .contains("by another key");
    }

    @Test
    void growsOldAndIsForgottenThen() {
        var early = one.seal(2, BODY);
        now += PeerSeal.WINDOW_MILLIS;
        assertThat(two.fault(early, BODY)).isNull();
        now += 1;
        assertThat(two.fault(early, BODY)).contains("the clocks of gateways 1 and 2 differ by 30001 ms");

        var late = one.seal(2, BODY);
        now -= PeerSeal.WINDOW_MILLIS + 1;
        assertThat(two.fault(late, BODY)).contains("differ by 30001 ms");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", ".", "...", "1.2.3.4", "1.x.y.AAAA", "a.b.c.d.e"})
    void isNothingElse(String text) {
        assertThat(two.fault(text, BODY)).isNotNull();
    }

    @Test
    void anOrderIsReadAsItWasWrittenAndNotWithoutWhatIsNotUnderstood() throws IOException {
        for (var order : new KillOrder[] {new KillOrder(33554433, true, "ac\"me"), new KillOrder(1, false, null)}) {
            assertThat(KillOrder.read(order.json())).isEqualTo(order);
        }
        for (var text : new String[] {
            "",
            "[]",
            "{}",
            "{\"session\":1}",
            "{\"session\":0,\"queryOnly\":true}",
            "{\"session\":1,\"queryOnly\":true,\"user\":\"a\"}",
            "{\"session\":99999999999,\"queryOnly\":true}"
        }) {
            assertThatThrownBy(() -> KillOrder.read(bytes(text))).as(text).isInstanceOf(IOException.class);
        }
    }
}
