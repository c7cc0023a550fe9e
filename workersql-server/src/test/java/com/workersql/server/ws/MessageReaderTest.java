// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestParser;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, a message or a refusal comes of them, and nothing else. */
class MessageReaderTest {
    private static final int INPUTS = Integer.getInteger("workersql.ws.inputs", 30_000);
    private static final long SEED = Long.getLong("workersql.seed", 20_261_127L);

    private static final List<String> SEEDS = List.of(
            "{\"type\":\"hello\",\"client\":\"c/1\",\"token\":\"t\",\"basic\":{\"user\":\"u\",\"password\":\"p\"}}",
            "{\"type\":\"auth\",\"token\":\"t\"}",
            "{\"type\":\"open\",\"stream\":1,\"db\":\"d\",\"opts\":{\"isolation\":\"read-committed\",\"readonly\":true,"
                    + "\"shard_key\":\"k\",\"timeout_ms\":5}}",
            "{\"type\":\"close\",\"stream\":1}",
            "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"SELECT ?\",\"params\":[1,1.5,1e3,\"\\u00e9\",null,true,{\"a\":[]}],"
                    + "\"row_format\":\"object\",\"fetch\":10,\"timeout_ms\":5,\"hints\":{\"consistency\":\"strong\"}}",
            "{\"type\":\"exec\",\"id\":\"x\",\"stream\":1,\"sql\":\"SELECT :a\",\"named\":{\"a\":18446744073709551615}}",
            "{\"type\":\"fetch\",\"id\":1,\"cursor\":1,\"max_rows\":10,\"max_bytes\":100}",
            "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"tx\":true,\"fetch\":3,\"steps\":[{\"sql\":\"A ?\",\"params\":[1]},"
                    + "{\"sql\":\"B\",\"cond\":{\"and\":[{\"ok\":0},{\"not\":{\"error\":0}},{\"or\":[\"always\"]}]}}]}",
            "{\"type\":\"prepare\",\"id\":1,\"stream\":1,\"stmt\":2,\"sql\":\"SELECT ?\"}",
            "{\"type\":\"execute\",\"id\":1,\"stream\":1,\"stmt\":2,\"params\":[1],\"fetch\":10}",
            "{\"type\":\"close_stmt\",\"stream\":1,\"stmt\":2}",
            "{\"type\":\"hello\",\"resume\":{\"token\":\"t\",\"last\":[{\"sub\":\"s\",\"seq\":7}]}}",
            "{\"type\":\"cancel\",\"id\":1}",
            "{\"type\":\"begin\",\"id\":1,\"stream\":1,\"isolation\":\"serializable\",\"readonly\":false}",
            "{\"type\":\"rollback\",\"id\":1,\"stream\":1}",
            "{\"type\":\"subscribe\",\"id\":1,\"table\":\"t\",\"from\":\"p\"}",
            "{\"type\":\"unsubscribe\",\"id\":1,\"sub\":2}",
            "{\"type\":\"ping\",\"id\":1}");

    private static final List<String> TOKENS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "-1",
            "0",
            "1e400",
            "9223372036854775808",
            "\\ud800",
            "\"type\":",
            "\"id\":",
            "\"stream\":",
            "\"sql\":{}",
            "\"opts\":[",
            "\"exec\"",
            " ");

    private final MessageReader reader = new MessageReader(new RequestParser(1 << 20, 300_000), 300_000);

    private ClientMessage read(byte[] bytes) throws Refusal {
        var buffer = Unpooled.wrappedBuffer(bytes);
        var message = reader.read(buffer);
        assertThat(buffer.readableBytes()).as("the bytes stay").isEqualTo(bytes.length);
        return message;
    }

    @Test
    void readsEverySeed() throws Refusal {
        for (var seed : SEEDS) {
            assertThat(read(seed.getBytes(StandardCharsets.UTF_8)))
                    .as(seed)
                    .isNotInstanceOf(ClientMessage.Unusable.class)
                    .isNotInstanceOf(ClientMessage.Refused.class);
        }
    }

    @Test
    void saysSomethingToEveryPrefix() {
        for (var seed : SEEDS) {
            var bytes = seed.getBytes(StandardCharsets.UTF_8);
            for (int length = 0; length < bytes.length; length++) {
                int end = length;
                assertThat(refused(Arrays.copyOf(bytes, end)))
                        .as("%d bytes of %s", end, seed)
                        .isTrue();
            }
        }
    }

    private boolean refused(byte[] bytes) {
        try {
            return read(bytes) == null;
        } catch (Refusal e) {
            return !e.getMessage().isEmpty();
        }
    }

    @Test
    void isTotal() {
        var random = new Random(SEED);
        int read = 0;
        for (int i = 0; i < INPUTS; i++) {
            var bytes = mutated(random);
            try {
                assertThat(read(bytes)).isNotNull();
                read++;
            } catch (Refusal e) {
                assertThat(e.getMessage()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + SEED + ", input " + i + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertThat(read).as("inputs that were JSON, seed %d", SEED).isGreaterThan(INPUTS / 50);
    }

    private static byte[] mutated(Random random) {
        var text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, TOKENS.get(random.nextInt(TOKENS.size())));
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(5)));
                case 2 -> text.replace(at, Math.min(text.length(), at + 4), TOKENS.get(random.nextInt(TOKENS.size())));
                default -> {
                    var other = SEEDS.get(random.nextInt(SEEDS.size()));
                    int comma = other.indexOf(',') + 1;
                    text.insert(text.indexOf(",") + 1, other.substring(comma, other.length() - 1) + ",");
                }
            }
        }
        var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(5) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }
}
