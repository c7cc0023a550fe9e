// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.execute.Retries.Proof;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private final Retries retries = new Retries(() -> 0);

    @Test
    void countsEachByItsProof() {
        retries.tryRetry(Proof.NOT_SENT);
        retries.tryRetry(Proof.REFUSED);
        retries.tryRetry(Proof.REFUSED);

        assertThat(retries.count(Proof.NOT_SENT)).isEqualTo(1);
        assertThat(retries.count(Proof.REFUSED)).isEqualTo(2);
        assertThat(retries.count(Proof.READS_ONLY)).isZero();
    }

    @Test
    void allProofsDrawOnTheOneBudgetOfTheShard() {
        int made = 0;
        boolean allowed = true;
        while (allowed) {
            for (var proof : Proof.values()) {
                allowed = retries.tryRetry(proof);
                made += allowed ? 1 : 0;
            }
        }

        assertThat(made).isEqualTo(100);
        long refused = retries.refused();
        for (var proof : Proof.values()) {
            assertThat(retries.tryRetry(proof)).as("%s", proof).isFalse();
        }
        assertThat(retries.refused()).isEqualTo(refused + Proof.values().length);
        for (int i = 0; i < 5; i++) {
            retries.recordStatement();
        }
        assertThat(retries.tryRetry(Proof.NOT_SENT))
                .as("one for five statements")
                .isTrue();
        assertThat(retries.tryRetry(Proof.NOT_SENT)).isFalse();
    }
}
