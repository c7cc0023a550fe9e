// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CollationsTest {
    @Test
    void knowsEveryCollationOfBothFamilies() {
        assertThat(Collations.mySql().all()).hasSize(286);
        assertThat(Collations.mariaDb().all()).hasSize(1286);
        assertThat(Collations.mySql().byId(255)).isEqualTo(new Collation(255, "utf8mb4_0900_ai_ci", "utf8mb4", true));
        assertThat(Collations.mariaDb().byId(2304))
                .isEqualTo(new Collation(2304, "utf8mb4_uca1400_ai_ci", "utf8mb4", false));
        assertThat(Collations.mySql().byId(2304)).isNull();
        assertThat(Collations.of(true).byName("UTF8MB4_General_CI").id()).isEqualTo(45);
        assertThat(Collations.of(false).byName("no_such_ci")).isNull();
        assertThat(Collations.mariaDb().byId(2304).setNames())
                .isEqualTo("SET NAMES utf8mb4 COLLATE utf8mb4_uca1400_ai_ci");
    }

    /** What a handshake can carry stands for each character set. */
    @Test
    void everyCharacterSetHasADefaultWhoseIdFitsIntoAByte() {
        for (var collations : List.of(Collations.mySql(), Collations.mariaDb())) {
            assertThat(collations.all())
                    .allSatisfy(collation -> assertThat(collations
                                    .defaultOf(collation.characterSet())
                                    .id())
                            .isBetween(1, 255));
        }
    }

    @Test
    void anIdIsOfOneCharacterSetInBothFamilies() {
        assertThat(Collations.mySql().all())
                .allSatisfy(collation ->
                        assertThat(Collations.characterSet(collation.id())).isEqualTo(collation.characterSet()));
        assertThat(Collations.characterSet(63)).isEqualTo("binary");
        assertThat(Collations.characterSet(0)).isNull();
    }
}
