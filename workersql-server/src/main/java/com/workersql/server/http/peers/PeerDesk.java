// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.peers;

import com.workersql.server.gateways.Peers;
import com.workersql.server.http.Route;
import com.workersql.server.session.SessionRegistry;

/**
 * What the HTTP door has to do with other gateways.
 *
 * @param gateways where they are
 * @param registry the sessions of this one
 */
public record PeerDesk(Peers gateways, SessionRegistry registry) {
    /**
     * Whether other gateways may ask something of this one.
     *
     * @return false without a key that they share
     */
    public boolean hearsOthers() {
        return gateways.seal() != null;
    }

    /**
     * The route of KILLs that other gateways pass on.
     *
     * @return for {@link com.workersql.server.gateways.KillOrder#PATH}
     */
    public Route kills() {
        return new KillRoute(gateways.seal(), registry);
    }
}
