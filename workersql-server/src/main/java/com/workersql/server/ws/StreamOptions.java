// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import java.util.ArrayList;
import java.util.List;

/**
 * What a stream, or one transaction, is to be like.
 *
 * @param isolation the isolation level as SQL has it, or null for the shard's own
 * @param readOnly whether transactions may change nothing
 * @param hints a comment before each statement; empty for none
 * @param timeoutMillis of each statement; 0 for the gateway's own limit
 */
record StreamOptions(String isolation, boolean readOnly, String hints, int timeoutMillis) {
    static final StreamOptions NONE = new StreamOptions(null, false, "", 0);

    /** The statements that make a session such. */
    List<String> opening() {
        var statements = new ArrayList<String>(2);
        if (isolation != null) {
            statements.add("SET SESSION TRANSACTION ISOLATION LEVEL " + isolation);
        }
        if (readOnly) {
            statements.add("SET SESSION TRANSACTION READ ONLY");
        }
        return statements;
    }
}
