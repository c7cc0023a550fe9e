// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.config.StatementsConfig;
import com.workersql.server.session.TrackingSettings;
import java.util.Locale;

/** What every connection to a shard runs first, and again after each reset. */
final class SetupStatement {
    private static final int MORE_MILLIS = 1_000;

    private SetupStatement() {}

    /**
     * Turns session tracking on, with the names of written transactions where reads may go to replicas, and tells the server the time that a statement may take, so that it ends even if the gateway
     * does not live to do it; a little more than the gateway gives it, which can say where the time went. MySQL takes milliseconds and obeys for SELECT only, MariaDB takes seconds; each skips what is for
     * the other.
     */
    static String of(StatementsConfig config, boolean hasReplicas) {
        String tracking = hasReplicas
                ? TrackingSettings.OF_CONNECTIONS + TrackingSettings.OF_CONNECTIONS_THAT_WRITE
                : TrackingSettings.OF_CONNECTIONS;
        if (config.timeoutMillis() == 0) {
            return tracking;
        }
        int millis = config.timeoutMillis() + MORE_MILLIS;
        return tracking + "/*M!100101 , max_statement_time=" + millis / 1_000 + "."
                + String.format(Locale.ROOT, "%03d", millis % 1_000) + " *//*!50708 , max_execution_time=" + millis
                + " */";
    }
}
