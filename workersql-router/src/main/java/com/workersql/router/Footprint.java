// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.TableCaching;
import java.util.List;
import java.util.Objects;

/**
 * What a statement touches, and how fresh its reads have to be.
 *
 * @param hints what the statement asks for; where it says nothing of freshness, the policies of its tables do, and a column that is
 *     always read strongly makes it strong whatever it asks for
 * @param caching for how long its answer may be kept: the strictest of its tables' policies; null where a table has none, or one that
 *     allows no copies
 * @param tables the tables that it names, as {@code schema.table} in lower case, the current schema filled in, and perhaps an alias
 *     too many; common tables are not among them, and what stands behind a view is not known
 * @param isComplete whether these are all tables that it names; false where the text could not be analysed
 * @param isRepeatable whether it gives the same answer as long as its tables stay the same: it calls nothing like {@code NOW()} or
 *     {@code RAND()}, and reads no variable
 */
public record Footprint(
        Hints hints, TableCaching caching, List<String> tables, boolean isComplete, boolean isRepeatable) {

    /** Nothing is known. */
    public static final Footprint UNKNOWN = new Footprint(Hints.NONE, null, List.of(), false, false);

    /** Copies the list. */
    public Footprint {
        Objects.requireNonNull(hints, "hints");
        tables = List.copyOf(tables);
    }
}
