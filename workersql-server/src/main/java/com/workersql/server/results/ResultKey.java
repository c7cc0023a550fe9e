// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** All that decides what the answer to a read looks like: whose it is, where it runs, what its session has set, its text and values. */
public final class ResultKey {
    private static final int OVERHEAD_BYTES = 200;

    private final Object[] state;
    private final byte[] sql;
    private final byte[] parameters;
    private final int hash;

    /**
     * A key.
     *
     * @param tenant whose data; null for a user without a tenant
     * @param shard where it runs
     * @param schema the session's current schema, or null
     * @param variables what the session has set
     * @param capabilities those of the client that change the bytes of a reply
     * @param collation the client's handshake collation
     * @param binary whether rows are in the binary form
     * @param sql the text; not copied
     * @param parameters its values with their types, empty for a plain text; not copied
     */
    public ResultKey(
            String tenant,
            String shard,
            String schema,
            Map<String, String> variables,
            long capabilities,
            int collation,
            boolean binary,
            byte[] sql,
            byte[] parameters) {
        this.state = new Object[] {tenant, shard, schema, variables, capabilities, collation, binary};
        this.sql = Objects.requireNonNull(sql, "sql");
        this.parameters = Objects.requireNonNull(parameters, "parameters");
        this.hash = (Arrays.hashCode(state) * 31 + Arrays.hashCode(sql)) * 31 + Arrays.hashCode(parameters);
    }

    int weightBytes() {
        return OVERHEAD_BYTES + sql.length + parameters.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResultKey key
                && hash == key.hash
                && Arrays.equals(state, key.state)
                && Arrays.equals(sql, key.sql)
                && Arrays.equals(parameters, key.parameters);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
