// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventPositionsTest {
    private final EventPositions positions = new EventPositions(2);

    @Test
    void knowTheLastEventsAndWhatIsBeforeTheFirst() {
        positions.begin(5, "p5");
        assertThat(positions.behind(5)).isEqualTo("p5");
        positions.event(6, "p6");
        positions.event(7, "p7");
        assertThat(positions.behind(5)).isEqualTo("p5");
        positions.event(8, "p8");

        assertThat(positions.behind(5)).as("too old").isNull();
        assertThat(positions.behind(6)).isEqualTo("p6");
        assertThat(positions.behind(8)).isEqualTo("p8");
        assertThat(positions.behind(9)).as("not told yet").isNull();
        assertThat(positions.weightBytes()).isEqualTo(6);
    }

    @Test
    void goOnFromALaterPositionWhereNothingHappened() {
        positions.begin(0, "p0");
        positions.event(1, "p1");
        positions.advance("p1b");

        assertThat(positions.behind(1)).isEqualTo("p1b");
        assertThat(positions.behind(0)).isEqualTo("p0");
    }

    @Test
    void knowNothingBeforeTheyBegin() {
        assertThat(positions.behind(0)).isNull();
    }
}
