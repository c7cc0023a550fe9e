// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the shards have otherwise than the policy says, each by the name of a table in lower case.
 *
 * @param tables what is wrong with tables by whose keys rows are placed, and with the tables of sequences
 * @param missing the sequences that are not there, though tables are that get their keys from them
 */
public record SchemaFaults(Map<String, String> tables, Map<String, String> missing) {
    static final SchemaFaults NONE = new SchemaFaults(Map.of(), Map.of());

    /** Copies the parts. */
    public SchemaFaults {
        tables = Map.copyOf(tables);
        missing = Map.copyOf(missing);
    }

    /** {@return whether there are none} */
    public boolean isEmpty() {
        return tables.isEmpty() && missing.isEmpty();
    }

    /** {@return all of them, in one line} */
    public String inWords() {
        return Stream.concat(tables.values().stream(), missing.values().stream())
                .sorted()
                .collect(Collectors.joining("; "));
    }
}
