// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.List;
import java.util.Objects;

/**
 * How fresh the reads of a table have to be, as the document of a table says.
 *
 * @param mode the mode
 * @param ttlMillis for how long an answer may be used
 * @param swrMillis for how much longer it may be used while it is being renewed
 * @param alwaysStrongColumns columns whose reads are never answered from a copy
 */
public record TableCaching(Mode mode, long ttlMillis, long swrMillis, List<String> alwaysStrongColumns) {

    /** How fresh. */
    public enum Mode {
        /** Always from the primary. */
        STRONG,
        /** From a copy that is not older than a bound. */
        BOUNDED,
        /** From any copy. */
        CACHED
    }

    /** Copies the columns. */
    public TableCaching {
        Objects.requireNonNull(mode, "mode");
        alwaysStrongColumns = List.copyOf(alwaysStrongColumns);
    }
}
