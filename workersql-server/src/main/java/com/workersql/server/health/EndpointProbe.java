// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.breaker.FailureClass;

/** How one server is asked. Confined to the monitor's event loop; every answer comes there, and not before the call returned. */
interface EndpointProbe {
    /** Hears what a server answers. */
    interface Listener {
        /** A new connection was opened and the server asked. */
        void checked(ServerReport report);

        /**
         * A check failed.
         *
         * @param outcome what that says; {@code NEUTRAL} for the refusal of a server that is well
         * @param why a few words
         */
        void checkFailed(FailureClass outcome, String why);

        /** The held connection answered one ping. */
        void pong();

        /** The held connection is gone. */
        void heldClosed();
    }

    /** Opens a new connection and asks who the server is; keeps the connection when none is held. One check at a time. */
    void check(Listener listener);

    /** Whether there is a connection for pings. */
    boolean isHeld();

    /** Sends a ping on the held connection. Several may be under way. */
    void ping();

    /** Gives the held connection up, of which nothing more is heard; the next check makes another. */
    void forsake();

    /** Closes the held connection. */
    void close();
}
