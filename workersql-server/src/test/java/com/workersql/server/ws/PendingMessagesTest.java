// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PendingMessagesTest {
    private final PendingMessages pending = new PendingMessages();

    @AfterEach
    void release() {
        pending.release();
    }

    private void row(String text) {
        pending.out().writeCharSequence("," + text, StandardCharsets.UTF_8);
        pending.row(text.length() + 1);
    }

    private void message(String text) {
        pending.out().writeCharSequence(text, StandardCharsets.UTF_8);
        pending.message(text.length());
    }

    private String rows(long maxRows, long maxBytes) {
        var to = Unpooled.buffer();
        pending.takeRows(to, maxRows, maxBytes);
        return to.toString(StandardCharsets.UTF_8);
    }

    private String message() {
        var to = Unpooled.buffer();
        pending.takeMessage(to);
        return to.toString(StandardCharsets.UTF_8);
    }

    @Test
    void takesRowsUpToTheNextMessage() {
        row("a");
        row("b");
        message("M");
        row("c");

        assertThat(rows(9, 9)).isEqualTo("a,b");
        assertThat(pending.isMessageNext()).isTrue();
        assertThat(message()).isEqualTo("M");
        assertThat(rows(9, 9)).isEqualTo("c");
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.sizeBytes()).isZero();
    }

    @Test
    void takesOneRowAtLeast() {
        row("aaaa");
        row("b");

        assertThat(rows(9, 1)).isEqualTo("aaaa");
        assertThat(pending.sizeBytes()).isEqualTo(2);
    }

    @Test
    void keepsOrderOverManyItems() {
        var random = new Random(7);
        int put = 0;
        int taken = 0;
        while (taken < 20_000) {
            for (int i = random.nextInt(50); i > 0; i--) {
                row("%05d".formatted(put++));
            }
            int want = 1 + random.nextInt(40);
            if (!pending.isEmpty()) {
                for (var text : rows(want, Long.MAX_VALUE).split(",", -1)) {
                    assertThat(Integer.parseInt(text)).isEqualTo(taken++);
                }
            }
        }
        assertThat(pending.sizeBytes()).isEqualTo((put - taken) * 6);
    }
}
