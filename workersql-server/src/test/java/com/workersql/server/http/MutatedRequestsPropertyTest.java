// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Requests with a few bytes changed: the gateway answers none that a strict reader would not see, however it reads the rest. Bodies
 * hold a whole request, which must never be answered as one. {@code -Dworkersql.http.mutations=100000} for the long form.
 */
class MutatedRequestsPropertyTest {
    private static final String HIDDEN = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final String NEXT = "GET /none HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final String[] REQUESTS = {
        "POST /sql HTTP/1.1\r\nHost: h\r\nContent-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN,
        "POST /sql HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk() + "0\r\n\r\n",
        "POST /sql HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;n=\"v\"\r\nabcde\r\n" + chunk()
                + "0\r\nX: y\r\n\r\n",
        "POST http://h/sql HTTP/1.1\r\nX: a, b\r\nHost: h\r\nContent-Length:" + HIDDEN.length() + " \r\n\r\n" + HIDDEN,
    };
    /** What framing is made of, and what looks like it. */
    private static final String BYTES =
            "\r\n\r\n\r\n\t \u000b\u000c\u0000\u0001\u007f\u0080\u0085\u00a0\u00ff:;,.+-_\"=09afxAFX/?";

    private static String chunk() {
        return Integer.toHexString(HIDDEN.length()) + "\r\n" + HIDDEN + "\r\n";
    }

    private static String mutated(Random random) {
        var text = new StringBuilder(REQUESTS[random.nextInt(REQUESTS.length)] + NEXT);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(text.length());
            char other = BYTES.charAt(random.nextInt(BYTES.length()));
            switch (random.nextInt(5)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.setCharAt(at, other);
                case 2 -> text.insert(at, "\r\n");
                case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(30))));
                default -> text.insert(at, other);
            }
        }
        return text.toString();
    }

    @Test
    void answersNoRequestThatIsNone() {
        int mutations = Integer.getInteger("workersql.http.mutations", 2_000);
        long seed = Long.getLong("workersql.seed", 20261127L);
        var random = new Random(seed);
        try (var door = new TestDoor()) {
            for (int i = 0; i < mutations; i++) {
                var text = mutated(random);
                var expected = StrictRequests.targets(text);
                var answers = answers(door, text, random);
                int alive = answers.split("\\{\"status\":\"alive\"", -1).length - 1;
                int count = answers.split("HTTP/1\\.1 [2-5]", -1).length - 1;

                var what = "seed %d, mutation %d: %s".formatted(seed, i, shown(text));
                assertThat(alive).as(what).isLessThanOrEqualTo((int) expected.stream()
                        .filter(target -> target.matches(".*/livez([?].*)?"))
                        .count());
                assertThat(count).as(what).isLessThanOrEqualTo(expected.size() + 1);
                assertThat(door.sessions().statements()).as(what).isEmpty();
            }
        }
    }

    private static String shown(String text) {
        var shown = new StringBuilder();
        text.chars()
                .forEach(c -> shown.append(c >= ' ' && c < 127 ? String.valueOf((char) c) : "\\x%02x".formatted(c)));
        return shown.toString();
    }

    private static String answers(TestDoor door, String text, Random random) {
        var channel = new EmbeddedChannel(door.door());
        int cut = random.nextInt(text.length());
        for (var part : List.of(text.substring(0, cut), text.substring(cut))) {
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.copiedBuffer(part, StandardCharsets.ISO_8859_1));
            }
        }
        channel.runPendingTasks();
        var answers = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            answers.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        channel.finishAndReleaseAll();
        return answers.toString();
    }
}
