// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotTableTest {

    private static List<String> shards(int count) {
        List<String> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add("s" + i);
        }
        return shards;
    }

    @Test
    void partsAreEqual() {
        SlotTable table = SlotTable.even(1, shards(4));
        assertThat(table.owner(0)).isEqualTo("s0");
        assertThat(table.owner(4095)).isEqualTo("s0");
        assertThat(table.owner(4096)).isEqualTo("s1");
        assertThat(table.owner(16383)).isEqualTo("s3");
    }

    @Test
    void doublingTheShardsByHalvingEachMovesHalf() {
        List<String> owners = new ArrayList<>();
        SlotTable eight = SlotTable.even(1, shards(8));
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            boolean upperHalf = slot % 2048 >= 1024;
            owners.add(upperHalf ? eight.owner(slot).replace("s", "t") : eight.owner(slot));
        }
        SlotTable.Diff diff = SlotTable.diff(eight, SlotTable.of(2, owners));
        assertThat(diff.slots()).isEqualTo(8192);
        assertThat(diff.fraction()).isEqualTo(0.5);
        assertThat(diff.moves()).hasSize(8).containsEntry("s3 -> t3", 1024);
    }

    @Test
    void saysWhatIsWrongWithItsShards() {
        SlotTable table = SlotTable.even(1, shards(4));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SlotTable.even(1, List.of()))
                .withMessage("a slot table needs at least one shard, got none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.spreadOver(2, List.of()))
                .withMessage("a slot table needs at least one shard, got none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.spreadOver(2, List.of("a", "b", "a")))
                .withMessage("a shard is there twice in [a, b, a]");
        assertThatIllegalArgumentException().isThrownBy(() -> SlotTable.of(1, List.of("a")));
    }

    @Test
    void theSameTableMovesNothing() {
        SlotTable table = SlotTable.even(1, shards(5));
        assertThat(SlotTable.diff(table, SlotTable.even(2, shards(5))).slots()).isZero();
        assertThat(table).isEqualTo(SlotTable.even(1, shards(5))).isNotEqualTo(SlotTable.even(2, shards(5)));
    }

    /** The figures of the README: shards before and after, slots that move, and what equal contiguous parts would move. */
    @ParameterizedTest
    @CsvSource({"4, 5, 3276, 8190", "8, 9, 1820, 8188", "8, 16, 8192, 15360"})
    void growingMovesAsFewSlotsAsEqualPartsAllow(int before, int after, int moved, int movedByNewParts) {
        SlotTable now = SlotTable.even(1, shards(before));
        SlotTable grown = now.spreadOver(2, shards(after));
        SlotTable.Diff diff = SlotTable.diff(now, grown);
        assertThat(diff.slots()).isEqualTo(moved);
        assertThat(SlotTable.diff(now, SlotTable.even(2, shards(after))).slots())
                .isEqualTo(movedByNewParts);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            boolean moves = !now.owner(slot).equals(grown.owner(slot));
            // What moves goes to a shard that is new; the old ones exchange nothing.
            assertThat(moves && Integer.parseInt(grown.owner(slot).substring(1)) < before)
                    .isFalse();
        }
    }

    @Test
    void aShardThatLeavesGivesItsSlotsToTheOthers() {
        SlotTable.Diff diff = SlotTable.diff(
                SlotTable.even(1, shards(5)), SlotTable.even(1, shards(5)).spreadOver(2, shards(4)));
        assertThat(diff.moves().keySet()).allMatch(move -> move.startsWith("s4 -> "));
        assertThat(diff.slots()).isBetween(3276, 3277);
    }
}
