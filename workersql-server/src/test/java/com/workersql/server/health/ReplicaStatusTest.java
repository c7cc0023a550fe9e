// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaStatusTest {
    private static final List<String> NAMES = List.of(
            "Connection_name",
            "Slave_SQL_State",
            "Slave_IO_Running",
            "Slave_SQL_Running",
            "Seconds_Behind_Master",
            "Slave_SQL_Running_State");

    private static String[] way(String receiver, String applier, String seconds) {
        return new String[] {"feed", "No", receiver, applier, seconds, "No"};
    }

    private static ReplicaStatus of(String[]... ways) {
        return ReplicaStatus.of(NAMES, List.of(ways));
    }

    @Test
    void whoFollowsNobodyDoesNotReplicate() {
        assertThat(of()).isEqualTo(new ReplicaStatus(false, -1));
        assertThat(of(way("No", "No", null))).isEqualTo(new ReplicaStatus(false, -1));
    }

    @Test
    void aSecondThatHasBegunIsToldAsNone() {
        assertThat(of(way("Yes", "Yes", "0"))).isEqualTo(new ReplicaStatus(true, 1_000));
        assertThat(of(way("Connecting", "Yes", null))).isEqualTo(new ReplicaStatus(true, -1));
    }

    @Test
    void ofSeveralWaysTheSlowestCountsAndNoneThatIsStopped() {
        assertThat(of(way("Yes", "Yes", "7"), way("Yes", "Yes", "3"))).isEqualTo(new ReplicaStatus(true, 8_000));
        assertThat(of(way("No", "No", null), way("Yes", "Yes", "3"))).isEqualTo(new ReplicaStatus(true, 4_000));
        assertThat(of(way("Yes", "Yes", "3"), way("No", "No", null))).isEqualTo(new ReplicaStatus(true, 4_000));
        assertThat(of(way("Yes", "Yes", "3"), way("Yes", "No", null))).isEqualTo(new ReplicaStatus(true, -1));
    }
}
