// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.recorded.Dialogue.Turn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P6: what real clients and servers said is understood the same wherever it is cut. */
class DialoguesTest {
    static List<String> names() {
        return Dialogue.NAMES;
    }

    @Test
    void thereAreFiftyOfThem() {
        assertThat(Dialogue.NAMES).hasSizeGreaterThanOrEqualTo(50);
    }

    @AfterAll
    static void nothingIsHeld() {
        assertThat(Replay.heldBytes()).isZero();
    }

    /** Turns that nothing reaches over: what comes behind them depends on the state alone that they leave. */
    private record Passage(Replay.State before, List<Turn> turns, List<Object> understood, Replay.State after) {
        int length() {
            return turns.stream().mapToInt(turn -> turn.bytes().length).sum();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void isUnderstoodTheSameAtEverySplit(String name) {
        List<Passage> passages = passages(Dialogue.load(name));
        assertThat(passages.get(0).understood().get(0)).isInstanceOf(HandshakeV10.class);
        for (Passage passage : passages) {
            for (int split = 1; split < passage.length(); split++) {
                try (Replay replay = new Replay(passage.before())) {
                    feed(replay, passage.turns(), split, Integer.MAX_VALUE);
                    // Equality is asked for first, since it has nothing to print.
                    if (!replay.understood().equals(passage.understood())
                            || !passage.after().equals(replay.state())) {
                        assertThat(replay.understood())
                                .as("split at %d of %s", split, passage.turns())
                                .isEqualTo(passage.understood());
                        assertThat(replay.state()).as("split at %d", split).isEqualTo(passage.after());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void isUnderstoodTheSameByteByByte(String name) {
        List<Turn> turns = Dialogue.load(name).turns();
        try (Replay whole = new Replay(Replay.State.BEGINNING);
                Replay bytes = new Replay(Replay.State.BEGINNING)) {
            feed(whole, turns, -1, Integer.MAX_VALUE);
            feed(bytes, turns, -1, 1);
            assertThat(bytes.understood()).isEqualTo(whole.understood());
            assertThat(bytes.state()).isEqualTo(whole.state());
            assertThat(whole.state().replies()).isEmpty();
        }
    }

    private static List<Passage> passages(Dialogue dialogue) {
        List<Passage> passages = new ArrayList<>();
        try (Replay replay = new Replay(Replay.State.BEGINNING)) {
            Replay.State before = Replay.State.BEGINNING;
            List<Turn> turns = new ArrayList<>();
            int understood = 0;
            for (Turn turn : dialogue.turns()) {
                turns.add(turn);
                feed(replay, List.of(turn), -1, Integer.MAX_VALUE);
                Replay.State after = replay.state();
                if (after != null) {
                    int all = replay.understood().size();
                    passages.add(new Passage(
                            before,
                            List.copyOf(turns),
                            List.copyOf(replay.understood().subList(understood, all)),
                            after));
                    before = after;
                    understood = all;
                    turns.clear();
                }
            }
            assertThat(turns).as("what follows the last whole reply").isEmpty();
        }
        return passages;
    }

    /** Feeds each turn as a whole, but for one cut and in no larger pieces than those. */
    private static void feed(Replay replay, List<Turn> turns, int split, int pieceBytes) {
        int at = 0;
        for (Turn turn : turns) {
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
    }
}
