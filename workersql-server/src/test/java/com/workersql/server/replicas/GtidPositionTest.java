// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GtidPositionTest {
    private static final String A = "3E11FA47-71CA-11E1-9E33-C80AA9429562";
    private static final String B = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0-1-100          | 0-1-99           | true
            0-1-100          | 0-1-100          | true
            0-1-100          | 0-1-101          | false
            0-2-100          | 0-1-99           | true
            0-1-100          | 1-1-1            | false
            0-1-100,1-1-5    | 1-7-5            | true
            0-1-100          | ''               | true
            ''               | 0-1-1            | false
            """)
    void comparesMariaDbPositions(String own, String other, boolean contains) {
        assertThat(GtidPosition.parse(own).contains(GtidPosition.parse(other))).isEqualTo(contains);
    }

    @Test
    void comparesMySqlSets() {
        var set = GtidPosition.parse(A + ":1-5:11-18,\n" + B + ":1-27");
        assertThat(set.contains(GtidPosition.parse(A.toLowerCase(java.util.Locale.ROOT) + ":3-5")))
                .isTrue();
        assertThat(set.contains(GtidPosition.parse(A + ":11," + B + ":27"))).isTrue();
        assertThat(set.contains(GtidPosition.parse(A + ":5-6"))).isFalse();
        assertThat(set.contains(GtidPosition.parse(B + ":28"))).isFalse();
    }

    @Test
    void tellsMySqlTagsApart() {
        var set = GtidPosition.parse(A + ":1-5:tag:1-3");
        assertThat(set.contains(GtidPosition.parse(A + ":tag:2"))).isTrue();
        assertThat(set.contains(GtidPosition.parse(A + ":tag:4"))).isFalse();
        assertThat(set.contains(GtidPosition.parse(A + ":4"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "0-1", "0-1-x", A + ":", A + ":1-x"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> GtidPosition.parse(text)).hasMessageContaining("is no GTID position");
    }

    @Test
    void nothingIsInEverything() {
        assertThat(GtidPosition.parse(null).isEmpty()).isTrue();
        assertThat(GtidPosition.EMPTY.contains(GtidPosition.EMPTY)).isTrue();
    }
}
