// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementInfo;
import com.workersql.server.session.ClientSession;
import java.util.List;

/**
 * An OK that the gateway answers itself.
 *
 * @param statusFlags the status flags as the session's server would have them
 * @param warnings how many diagnostics it announces
 * @param changes what it tells of the session's changes, to a client that wants to know of them
 */
public record LocalOk(int statusFlags, int warnings, List<SessionTrack> changes) {
    /**
     * An OK without diagnostics.
     *
     * @param statusFlags the status flags as the session's server would have them
     */
    public LocalOk(int statusFlags) {
        this(statusFlags, 0, List.of());
    }

    /** The same OK with what it tells of the session's changes. */
    LocalOk telling(List<SessionTrack> told) {
        return new LocalOk(statusFlags, warnings, told);
    }

    /** The answer to a command that is no statement: MySQL tells in it what the latest statement has left. */
    static LocalOk withDiagnosticsOf(ClientSession session, ServerFlavor flavor) {
        return new LocalOk(
                session.transaction().lastingStatusFlags(),
                flavor == ServerFlavor.MYSQL ? session.figures().warningCount() : 0,
                List.of());
    }

    /** Answers a statement that no shard has run. */
    static void answer(
            StatementExecutor executor,
            ClientSession session,
            StatementInfo info,
            ReplyTarget target,
            List<SessionTrack> told) {
        executor.retention().answeredHere(session, info, executor.flavor());
        session.figures().rowCount(0);
        target.ok(new LocalOk(session.transaction().lastingStatusFlags()).telling(told));
    }
}
