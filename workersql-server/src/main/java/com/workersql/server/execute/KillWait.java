// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.server.session.ClientSession;

/**
 * The time in which a KILL QUERY of an earlier statement may still strike: it has a connection of its own, and what it is for may have
 * ended before it comes. Whatever runs next on the statement's connection waits until the server has answered it.
 */
final class KillWait {
    /** Why a connection is closed whose server has not answered a KILL. */
    static final String SILENT = "no answer to a KILL, which may strike what runs next";

    private KillWait() {}

    /** Whether there is something to wait for. */
    static boolean isNeeded(PooledConnection connection) {
        return connection.unansweredKills() != null;
    }

    /**
     * Takes a step at once, or behind the answers; the pool bounds the time that these take. On the session's event loop. Meanwhile the
     * session may come to its end, and give the connection away.
     *
     * @param safe run when no KILL can strike any more
     * @param doomed run in its place when one may do so at any time: nothing must run on the connection
     */
    static void start(ClientSession session, PooledConnection connection, Runnable safe, Runnable doomed) {
        var answers = connection.unansweredKills();
        if (answers == null) {
            safe.run();
            return;
        }
        answers.addListener(answered -> SessionFault.guarded(session, answered.isSuccess() ? safe : doomed)
                .run());
    }
}
