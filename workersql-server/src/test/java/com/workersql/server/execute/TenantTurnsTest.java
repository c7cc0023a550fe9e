// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.execute.TenantTurns.Admission;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenantTurnsTest {
    private final List<String> ran = new ArrayList<>();
    private final TenantTurns turns = new TenantTurns(6, 3);

    private Admission add(String tenant, String name) {
        return turns.add(tenant, () -> ran.add(name));
    }

    private void runAll() {
        while (turns.size() > 0) {
            turns.runNext();
        }
    }

    @Test
    void aTenantThatComesLaterWaitsForOneTaskOfAnotherAndNotForAll() {
        add("acme", "a1");
        add("acme", "a2");
        add("acme", "a3");
        add("globex", "g1");
        add(null, "n1");
        add("globex", "g2");

        runAll();

        assertThat(ran).containsExactly("a1", "g1", "n1", "a2", "g2", "a3");
    }

    @Test
    void aTenantFillsNoMoreThanItsShare() {
        for (int i = 0; i < 3; i++) {
            assertThat(add("acme", "a" + i)).isEqualTo(Admission.TAKEN);
        }
        assertThat(add("acme", "late")).isEqualTo(Admission.FULL_OF_TENANT);
        assertThat(add("globex", "g1")).isEqualTo(Admission.TAKEN);

        turns.runNext();
        assertThat(add("acme", "a4")).as("a place is free again").isEqualTo(Admission.TAKEN);
        runAll();
        assertThat(ran).containsExactlyInAnyOrder("a0", "a1", "a2", "a4", "g1");
    }

    @Test
    void thoseWithoutATenantHaveTheLimitOfAllOnly() {
        for (int i = 0; i < 6; i++) {
            assertThat(add(null, "n" + i)).isEqualTo(Admission.TAKEN);
        }
        assertThat(add("acme", "late")).isEqualTo(Admission.FULL);
        assertThat(add(null, "late")).isEqualTo(Admission.FULL);
        assertThat(turns.size()).isEqualTo(6);
    }

    @Test
    void whoIsServedWholeComesBackToTheEnd() {
        add("acme", "a1");
        turns.runNext();
        add("globex", "g1");
        add("acme", "a2");
        runAll();
        assertThat(ran).containsExactly("a1", "g1", "a2");
    }
}
