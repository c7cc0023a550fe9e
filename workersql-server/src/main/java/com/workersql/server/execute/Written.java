// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.router.PermissionClass;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;
import java.util.function.LongSupplier;

/** Notes in a session what it has written, or may have: its later reads have to find that, wherever they run. */
final class Written {
    /** MariaDB's session tracking tells the transaction by this variable, MySQL's by a field of its own. */
    private static final String MARIADB_GTID = "last_gtid";

    private Written() {}

    /** A statement has ended by an answer; an error may come behind a part of its work. */
    static void learn(
            ClientSession session, String shard, StatementInfo info, ReplyStatus status, LongSupplier nanoClock) {
        var changes = status.changes();
        String gtid =
                changes.gtids() != null ? changes.gtids() : changes.variables().get(MARIADB_GTID);
        if (gtid != null || mayWrite(session, info)) {
            session.writes().wrote(shard, gtid, nanoClock.getAsLong());
        }
    }

    /** A statement has ended without an answer. */
    static void perhaps(ClientSession session, String shard, StatementInfo info, LongSupplier nanoClock) {
        if (mayWrite(session, info)) {
            session.writes().wrote(shard, null, nanoClock.getAsLong());
        }
    }

    /** Whether a statement can change rows or definitions, also by the end of the transaction in which the session still is. */
    private static boolean mayWrite(ClientSession session, StatementInfo info) {
        boolean mayCommit =
                session.transaction().isOpen() && !info.readsOnly() && info.kind() != StatementKind.ROLLBACK;
        return info.permission() != PermissionClass.READ || info.kind() == StatementKind.EXECUTE || mayCommit;
    }
}
