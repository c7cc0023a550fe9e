// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;

/**
 * Sessions of clients of every kind, by their number: every other one is of the old kind, with EOF packets, and some of the rest hear of
 * what changes in them.
 */
record SessionKinds(Fleet fleet, long seed) {
    /** What the session of a number says. */
    SessionScript script(int number) {
        return new SessionScript(seed, number, !Fleet.isMySql(), isTracked(number));
    }

    /** The session of a number, and a server alone that is told the same. */
    SessionTwin twin(String name, int number) throws Exception {
        long capabilities = SessionTwin.CAPABILITIES;
        if (number % 2 != 0) {
            capabilities &= ~CapabilityFlags.CLIENT_DEPRECATE_EOF;
        }
        if (isTracked(number)) {
            capabilities |= CapabilityFlags.CLIENT_SESSION_TRACK;
        }
        return new SessionTwin(fleet, "acme", name + " (seed " + seed + ")", capabilities);
    }

    private static boolean isTracked(int number) {
        return number % 4 == 2;
    }
}
