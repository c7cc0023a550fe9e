// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P6: what real clients and servers said is understood the same wherever it is cut. */
class DialoguesTest {
    static List<String> names() {
        return Dialogue.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void isUnderstoodTheSameAtEverySplit(String name) {
        Dialogue dialogue = Dialogue.load(name);
        List<String> whole = replay(dialogue, -1, Integer.MAX_VALUE);
        assertThat(whole.get(0)).startsWith("S HandshakeV10[");
        for (int split = 1; split < dialogue.length(); split++) {
            assertThat(replay(dialogue, split, Integer.MAX_VALUE))
                    .as("split at %d", split)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void isUnderstoodTheSameByteByByte(String name) {
        Dialogue dialogue = Dialogue.load(name);
        assertThat(replay(dialogue, -1, 1)).isEqualTo(replay(dialogue, -1, Integer.MAX_VALUE));
    }

    private static List<String> replay(Dialogue dialogue, int split, int pieceBytes) {
        int at = 0;
        try (Replay replay = new Replay()) {
            for (Dialogue.Turn turn : dialogue.turns()) {
                int length = turn.bytes().length;
                int cut = split > at && split < at + length ? split - at : length;
                for (int from = 0; from < length; ) {
                    int end = from < cut ? cut : length;
                    int to = (int) Math.min((long) from + pieceBytes, end);
                    replay.feed(turn.fromClient(), turn.bytes(), from, to);
                    from = to;
                }
                at += length;
            }
            assertThat(replay.isComplete()).isTrue();
            return replay.understood();
        }
    }
}
