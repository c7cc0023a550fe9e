// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.Map;

/**
 * What the server's session tracking reported in one reply, all its OK packets taken together, the last value winning.
 *
 * @param schema the schema that is current now; null when not reported
 * @param variables system variables and their new values in the order of the report, but for MySQL's {@code statement_id}, which is
 *     another one after every statement; empty when none; a value may be null
 * @param stateChanged state of the session changed: a user variable, a temporary table, a prepared text statement and more, and also
 *     what the other components name; it is only ever reported as gained
 * @param transactionState the eight characters of the transaction's state; null when not reported
 * @param transactionCharacteristics statements that would start such a transaction again; null when not reported
 * @param gtids transactions of this session; null when not reported
 */
public record SessionChanges(
        String schema,
        Map<String, String> variables,
        boolean stateChanged,
        String transactionState,
        String transactionCharacteristics,
        String gtids) {
    /** Nothing was reported. */
    public static final SessionChanges NONE = new SessionChanges(null, Map.of(), false, null, null, null);
}
