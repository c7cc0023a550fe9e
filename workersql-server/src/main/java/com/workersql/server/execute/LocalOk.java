// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.ServerFlavor;
import com.workersql.server.session.ClientSession;

/**
 * An OK that the gateway answers itself.
 *
 * @param statusFlags the status flags as the session's server would have them
 * @param warnings how many diagnostics it announces
 */
public record LocalOk(int statusFlags, int warnings) {
    /**
     * An OK without diagnostics.
     *
     * @param statusFlags the status flags as the session's server would have them
     */
    public LocalOk(int statusFlags) {
        this(statusFlags, 0);
    }

    /** The answer to a command that is no statement: MySQL tells in it what the latest statement has left. */
    static LocalOk withDiagnosticsOf(ClientSession session, ServerFlavor flavor) {
        return new LocalOk(
                session.lastingStatusFlags(),
                flavor == ServerFlavor.MYSQL ? session.figures().warningCount() : 0);
    }
}
