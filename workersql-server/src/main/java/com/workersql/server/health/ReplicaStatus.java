// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import java.util.List;

/**
 * How a server follows another one, from SHOW REPLICA STATUS or its older name.
 *
 * @param replicates whether it receives or applies changes, or tries to
 * @param lagMillis the most by which it is behind; -1 when it does not say
 */
record ReplicaStatus(boolean replicates, long lagMillis) {
    private static final ReplicaStatus NONE = new ReplicaStatus(false, -1);

    static ReplicaStatus of(List<String> names, List<String[]> rows) {
        if (rows.isEmpty()) {
            return NONE;
        }
        var row = rows.get(0);
        String receiver = value(names, row, "_IO_Running");
        String applier = value(names, row, "_SQL_Running");
        boolean replicates = !"No".equalsIgnoreCase(receiver) || !"No".equalsIgnoreCase(applier);
        String seconds = value(names, row, "Seconds_Behind_");
        // A second that has begun is told as none, so the bound is one above.
        return new ReplicaStatus(replicates, seconds == null ? -1 : (Long.parseLong(seconds) + 1) * 1_000);
    }

    private static String value(List<String> names, String[] row, String part) {
        for (int i = 0; i < row.length; i++) {
            if (names.get(i).contains(part)) {
                return row[i];
            }
        }
        return null;
    }

    ServerReport addTo(ServerReport report) {
        return new ServerReport(report.identity(), report.readOnly(), report.gtidPosition(), replicates, lagMillis);
    }
}
