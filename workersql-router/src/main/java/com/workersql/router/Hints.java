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
 */
public record Hints(Consistency consistency, long boundMillis, ParameterValue shardKey, String shard, boolean scatter) {

    /** A statement without hints. */
    public static final Hints NONE = new Hints(Consistency.UNSPECIFIED, 0, null, null, false);

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
        return text.toString().stripTrailing();
    }
}
