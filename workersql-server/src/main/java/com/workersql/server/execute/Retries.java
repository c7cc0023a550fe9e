// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.retry.RetryBudget;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The repeated statements of one shard: all share one budget, and each is counted by the proof that it could do no harm. Safe for
 * all threads.
 */
public final class Retries {
    private static final double SHARE = 0.2;
    private static final int PER_SECOND = 10;
    private static final int CAPACITY_SECONDS = 10;

    private final RetryBudget budget;
    private final Map<Proof, LongAdder> counts = new EnumMap<>(Proof.class);

    /** Why a statement may run again. */
    public enum Proof {
        /** The server did not get the whole statement, or no connection. */
        NOT_SENT,
        /** The server said that it did not run the statement. */
        REFUSED,
        /** The statement only reads, and no byte of its answer has left. */
        READS_ONLY
    }

    /**
     * A full budget: one retry for five statements, and ten per second.
     *
     * @param nanoClock a monotonic clock
     */
    public Retries(LongSupplier nanoClock) {
        budget = new RetryBudget(SHARE, PER_SECOND, CAPACITY_SECONDS, nanoClock);
        for (Proof proof : Proof.values()) {
            counts.put(proof, new LongAdder());
        }
    }

    void recordStatement() {
        budget.recordCall();
    }

    boolean tryRetry(Proof proof) {
        boolean allowed = budget.tryRetry();
        if (allowed) {
            counts.get(proof).increment();
        }
        return allowed;
    }

    /**
     * How many statements were repeated.
     *
     * @param proof by this proof
     * @return since the start
     */
    public long count(Proof proof) {
        return counts.get(proof).sum();
    }

    /**
     * How many were not repeated because the budget was spent.
     *
     * @return since the start
     */
    public long refused() {
        return budget.refused();
    }
}
