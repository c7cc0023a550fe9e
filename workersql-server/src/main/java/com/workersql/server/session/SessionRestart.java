// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.ServerFlavor;

/** What is left of a login where a session begins anew: a server of each family forgets something else. */
public final class SessionRestart {
    private SessionRestart() {}

    /**
     * COM_RESET_CONNECTION: back to the state behind the login. MariaDB goes back to the character set of the login, MySQL to its own.
     *
     * @param session of the client that asks for it
     * @param flavor the shards' family
     */
    public static void byReset(ClientSession session, ServerFlavor flavor) {
        session.reset();
        if (flavor == ServerFlavor.MYSQL) {
            session.variables(SessionVariables.NONE.with(SessionVariables.NAMES, "DEFAULT"));
        }
        leaveModeOfLogin(session, flavor);
    }

    /**
     * COM_CHANGE_USER, which brings a character set of its own.
     *
     * @param session the one that has begun
     * @param flavor the shards' family
     */
    public static void byChangeUser(ClientSession session, ServerFlavor flavor) {
        leaveModeOfLogin(session, flavor);
    }

    /** A login by CLIENT_IGNORE_SPACE adds that to {@code sql_mode}. MySQL adds it again, MariaDB goes by the server's own mode then. */
    private static void leaveModeOfLogin(ClientSession session, ServerFlavor flavor) {
        if (flavor == ServerFlavor.MARIADB && session.capabilities().has(CapabilityFlags.CLIENT_IGNORE_SPACE)) {
            session.variables(session.variables().with("sql_mode", "DEFAULT"));
        }
    }
}
