// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.Objects;

/**
 * What a statement asks of the gateway in a comment {@code /*+ ... *}{@code /} before or behind its first word. None of it widens
 * what a tenant may reach.
 *
 * @param consistency how fresh a read has to be
 * @param boundMillis how old the data may be for {@link Consistency#BOUNDED}, in milliseconds; otherwise 0
 * @param shardKey the key whose shard the statement is for, as a number or a text; null where none is given
 * @param shard the shard that the statement is for; null where none is given
 * @param scatter whether it may go to every shard where the policy refuses that
 * @param cacheTtlMillis how old a kept answer may be at most, in milliseconds, where the policies of the tables have answers kept;
 *     {@link #AS_THE_POLICY} where nothing is said
 */
public record Hints(
        Consistency consistency,
        long boundMillis,
        ParameterValue shardKey,
        String shard,
        boolean scatter,
        long cacheTtlMillis) {

    /** The {@link #cacheTtlMillis} of a statement that says nothing of it. */
    public static final long AS_THE_POLICY = Long.MAX_VALUE;

    /** A statement without hints. */
    public static final Hints NONE = new Hints(Consistency.UNSPECIFIED, 0, null, null, false, AS_THE_POLICY);

    /** How fresh a read has to be. */
    public enum Consistency {
        /** Nothing is said. */
        UNSPECIFIED,
        /** From the primary. */
        STRONG,
        /** From a copy that is not older than a bound. */
        BOUNDED,
        /** From any copy. */
        WEAK
    }

    /** Checks the parts. */
    public Hints {
        Objects.requireNonNull(consistency, "consistency");
    }

    /**
     * The same with another freshness.
     *
     * @param other how fresh
     * @param millis how old for {@link Consistency#BOUNDED}, otherwise 0
     * @return new hints
     */
    public Hints withConsistency(Consistency other, long millis) {
        return new Hints(other, millis, shardKey, shard, scatter, cacheTtlMillis);
    }

    /** {@return whether the hints say where the statement goes} */
    public boolean directs() {
        return shardKey != null || shard != null;
    }

    /** {@return the hints as they are written, with blanks between; empty where there are none} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        switch (consistency) {
            case STRONG -> text.append("strong ");
            case BOUNDED -> text.append("bounded=").append(boundMillis).append(' ');
            case WEAK -> text.append("weak ");
            case UNSPECIFIED -> {}
        }
        if (shardKey instanceof ParameterValue.SignedInteger key) {
            text.append("shard_key=").append(key.value()).append(' ');
        } else if (shardKey instanceof ParameterValue.Decimal key) {
            text.append("shard_key=").append(key.text()).append(' ');
        } else if (shardKey instanceof ParameterValue.Text key) {
            text.append("shard_key='").append(key.text()).append("' ");
        }
        if (shard != null) {
            text.append("shard=").append(shard).append(' ');
        }
        if (scatter) {
            text.append("scatter=allow ");
        }
        if (cacheTtlMillis != AS_THE_POLICY) {
            text.append("cache_ttl=").append(cacheTtlMillis).append(' ');
        }
        return text.toString().stripTrailing();
    }
}
