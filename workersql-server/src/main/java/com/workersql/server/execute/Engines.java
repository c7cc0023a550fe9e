// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.Footprint;
import com.workersql.server.session.ClientSession;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Finds out whether a write that its server ended before it was done has left anything behind: not where all tables that it names are
 * of transactional engines, and none has a trigger, behind which there may be others.
 */
final class Engines {
    private static final String TRANSACTIONAL = "'INNODB', 'ROCKSDB', 'TOKUDB', 'NDBCLUSTER'";

    private Engines() {}

    /**
     * Asks the server, on the connection on which the statement ended, where a KILL of that one does not end the question.
     *
     * @param allTransactional takes whether the statement is undone; false also where that cannot be told
     * @param lost takes the end of the connection; null where it is that of the session
     * @param silent hears that the server does not answer
     */
    static void ask(
            ClientSession session,
            PooledConnection connection,
            Footprint footprint,
            Consumer<Boolean> allTransactional,
            Consumer<BrokenConnectionException> lost,
            Runnable silent) {
        if (!footprint.isComplete() || footprint.tables().isEmpty()) {
            allTransactional.accept(false);
            return;
        }
        String names = footprint.tables().stream()
                .map(table -> "'" + table.replace("\\", "\\\\").replace("'", "''") + "'")
                .collect(Collectors.joining(", "));
        String sql = "SELECT COUNT(*), (SELECT COUNT(*) FROM information_schema.triggers"
                + " WHERE LOWER(CONCAT(event_object_schema, '.', event_object_table)) IN (" + names + "))"
                + " FROM information_schema.tables WHERE LOWER(CONCAT(table_schema, '.', table_name)) IN (" + names
                + ") AND table_type = 'BASE TABLE' AND UPPER(engine) IN (" + TRANSACTIONAL + ")";
        var question = new Question() {
            @Override
            protected void answered(List<String[]> rows, ReplyStatus status) {
                boolean all = !rows.isEmpty()
                        && rows.get(0)[0].equals(
                                Integer.toString(footprint.tables().size()))
                        && rows.get(0)[1].equals("0");
                allTransactional.accept(all);
            }

            @Override
            protected void lost(BrokenConnectionException cause) {
                lost.accept(cause);
            }

            @Override
            protected void silent() {
                silent.run();
            }
        };
        Runnable asking = () -> {
            if (session.isClosed()) {
                lost.accept(null);
            } else {
                question.askInTime(connection, sql);
            }
        };
        KillWait.start(session, connection, asking, silent);
    }
}
