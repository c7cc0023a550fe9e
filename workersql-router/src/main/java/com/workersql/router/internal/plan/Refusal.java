// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.StatementInfo;

/** The refusals of planning, worded as a server words its own where it has one. */
final class Refusal {

    private Refusal() {}

    static Refused unsupported(StatementInfo info, String what) {
        return new Refused(info, 1235, "42000", "This gateway doesn't yet support '" + what + "'");
    }

    static Refused localFile(StatementInfo info) {
        return new Refused(
                info,
                3948,
                "42000",
                "Loading local data is disabled; this must be enabled on both the client and server sides");
    }

    static Refused unpreparable(StatementInfo info) {
        return new Refused(info, 1295, "HY000", "This command is not supported in the prepared statement protocol yet");
    }

    static Refused table(StatementInfo info, String table) {
        String command = info.kind().name().replace('_', ' ');
        return new Refused(info, 1142, "42000", command + " command denied to this user for table '" + table + "'");
    }

    static Refused routine(StatementInfo info, String routine) {
        return new Refused(info, 1370, "42000", "execute command denied to this user for routine '" + routine + "'");
    }

    static Refused schema(StatementInfo info, String schema) {
        return new Refused(info, 1044, "42000", "Access denied for this user to database '" + schema + "'");
    }
}
