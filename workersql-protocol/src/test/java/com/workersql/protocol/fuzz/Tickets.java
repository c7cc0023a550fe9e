// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.auth.GssapiMechanism;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.testing.KerberosRealm;

/** Both sides of {@code auth_gssapi_client} with credentials of a realm, which are acquired once. */
final class Tickets {
    private static Tickets instance;

    private final GssapiCredentials client;
    private final GssapiCredentials service;

    private Tickets(KerberosRealm realm) {
        client = KerberosRealm.once(realm.client(KerberosRealm.ALICE));
        service = KerberosRealm.once(realm.service(KerberosRealm.SERVICE));
    }

    /** Starts the realm at the first call: only who comes to a ticket needs it. */
    private static synchronized Tickets get() {
        if (instance == null) {
            try {
                instance = new Tickets(KerberosRealm.start());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        return instance;
    }

    /** A user whom no ticket makes known. */
    static GssapiVerifier ofNobody(GssapiMechanism mechanism) {
        return new GssapiVerifier(
                new GssapiService(KerberosRealm.SERVICE, mechanism),
                mechanisms -> get().service.acquire(mechanisms),
                principal -> false);
    }

    /**
     * A client that has a ticket.
     *
     * @param named whether it knows itself for which service
     */
    static GssapiLogin login(boolean named) {
        return new GssapiLogin(
                mechanisms -> get().client.acquire(mechanisms), named ? KerberosRealm.SERVICE : null, Runnable::run);
    }

    /** A client's first token, which the service takes. */
    static byte[] token(GssapiMechanism mechanism) {
        try {
            return KerberosRealm.token(get().client, KerberosRealm.SERVICE, mechanism);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
