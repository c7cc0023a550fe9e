// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
    void theSameTableMovesNothing() {
        SlotTable table = SlotTable.even(1, shards(5));
        assertThat(SlotTable.diff(table, SlotTable.even(2, shards(5))).slots()).isZero();
        assertThat(table).isEqualTo(SlotTable.even(1, shards(5))).isNotEqualTo(SlotTable.even(2, shards(5)));
    }
}
