// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.Endpoint;
import org.junit.jupiter.api.Test;

class ProvenSetupsTest {
    private static final Endpoint ENDPOINT = new Endpoint("127.0.0.1", 3306);
    private static final ProvenSetups.Origin ORIGIN = new ProvenSetups.Origin(ENDPOINT, 1, "acme");
    private static final String TEXT = "SET SESSION time_zone = '+05:00'";

    @Test
    void aTextHoldsForOneStartOfOneServerAndOneAccount() {
        var proven = new ProvenSetups(10_000);
        proven.add(ORIGIN, TEXT);

        assertThat(proven.has(new ProvenSetups.Origin(ENDPOINT, 1, "acme"), TEXT))
                .isTrue();
        assertThat(proven.has(ORIGIN, TEXT + " ")).isFalse();
        assertThat(proven.has(new ProvenSetups.Origin(ENDPOINT, 2, "acme"), TEXT))
                .as("after a restart")
                .isFalse();
        assertThat(proven.has(new ProvenSetups.Origin(ENDPOINT, 1, "globex"), TEXT))
                .as("another account")
                .isFalse();
        assertThat(proven.has(new ProvenSetups.Origin(new Endpoint("127.0.0.1", 3307), 1, "acme"), TEXT))
                .as("another server")
                .isFalse();
    }

    @Test
    void behindARefusalTheServerIsAskedOnceMoreForAllOfIt() {
        var proven = new ProvenSetups(10_000);
        var other = new ProvenSetups.Origin(ENDPOINT, 1, "globex");
        proven.add(ORIGIN, TEXT);
        proven.add(ORIGIN, ProvenSetups.RESET);
        proven.add(other, TEXT);

        proven.forget(ORIGIN);

        assertThat(proven.has(ORIGIN, TEXT)).isFalse();
        assertThat(proven.has(ORIGIN, ProvenSetups.RESET)).isFalse();
        assertThat(proven.has(other, TEXT)).isTrue();
    }

    @Test
    void noMoreThanItsLimitIsKept() {
        var proven = new ProvenSetups(10_000);
        for (int i = 0; i < 1_000; i++) {
            proven.add(ORIGIN, "SET @`a` = " + i);
        }
        assertThat(proven.size()).isBetween(1L, 100L);
        proven.add(ORIGIN, "x".repeat(10_001));
        assertThat(proven.has(ORIGIN, "x".repeat(10_001))).isFalse();
    }
}
