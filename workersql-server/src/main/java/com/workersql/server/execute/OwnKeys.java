// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PoolKey;
import com.workersql.pool.TlsMode;
import com.workersql.protocol.CapabilityFlags;

/** The connections on which the gateway asks servers for itself, of which no session makes use. */
public final class OwnKeys {
    private static final int UTF8MB4_GENERAL_CI = 45;
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SESSION_TRACK
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private OwnKeys() {}

    /**
     * What such a connection is.
     *
     * @param endpoint the server
     * @param account by which the gateway asks
     * @param tls how it connects
     * @return a key of no tenant
     */
    public static PoolKey of(Endpoint endpoint, BackendAccount account, TlsMode tls) {
        return new PoolKey(endpoint, account, null, CAPABILITIES, tls, UTF8MB4_GENERAL_CI);
    }
}
