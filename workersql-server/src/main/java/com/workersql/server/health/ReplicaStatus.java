// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import java.util.List;

/**
 * How a server follows others, from SHOW REPLICA STATUS or its older names.
 *
 * @param replicates whether it receives or applies changes, or tries to
 * @param lagMillis the most by which it is behind any of them; -1 when it does not say of one
 */
record ReplicaStatus(boolean replicates, long lagMillis) {
    private static final ReplicaStatus NONE = new ReplicaStatus(false, -1);

    static ReplicaStatus of(List<String> names, List<String[]> rows) {
        var all = NONE;
        for (var row : rows) {
            all = all.and(of(names, row));
        }
        return all;
    }

    private static ReplicaStatus of(List<String> names, String[] row) {
        String receiver = value(names, row, "_IO_Running");
        String applier = value(names, row, "_SQL_Running");
        boolean replicates = !"No".equalsIgnoreCase(receiver) || !"No".equalsIgnoreCase(applier);
        String seconds = value(names, row, "Seconds_Behind_");
        // A second that has begun is told as none, so the bound is one above.
        return new ReplicaStatus(replicates, seconds == null ? -1 : (Long.parseLong(seconds) + 1) * 1_000);
    }

    /** What is the same without a way that has been stopped, which says nothing of the others. */
    private ReplicaStatus and(ReplicaStatus other) {
        if (!replicates || !other.replicates) {
            return replicates ? this : other;
        }
        return new ReplicaStatus(
                true, lagMillis < 0 || other.lagMillis < 0 ? -1 : Math.max(lagMillis, other.lagMillis));
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
