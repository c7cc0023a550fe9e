// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;

/**
 * Where a side of GSSAPI has its credentials from: a client its ticket, a server the key of its service. Safe for several threads.
 *
 * <p>Of a {@code Subject} of JAAS, which has logged in by a keytab or a cache of tickets, this gives a client's:
 *
 * <pre>{@code
 * Subject.doAs(subject, (PrivilegedExceptionAction<GSSCredential>) () -> GSSManager.getInstance()
 *         .createCredential(null, GSSCredential.DEFAULT_LIFETIME, mechanisms, GSSCredential.INITIATE_ONLY))
 * }</pre>
 */
@FunctionalInterface
public interface GssapiCredentials {

    /**
     * The credentials of one login. May take its time and ask a KDC: it is called where a login's tokens are made, never on an event loop.
     *
     * @param mechanisms what they must be for
     * @throws GSSException when there are none; the login fails
     */
    GSSCredential acquire(Oid[] mechanisms) throws GSSException;

    /**
     * The login has ended, whichever way. By default nothing: what a lambda gives may be shared by all logins, and is its owner's to dispose
     * of. Must not block.
     */
    default void release(GSSCredential credential) {}

    /** Credentials that are acquired for each login, and disposed of behind it. */
    static GssapiCredentials perLogin(GssapiCredentials source) {
        return new GssapiCredentials() {
            @Override
            public GSSCredential acquire(Oid[] mechanisms) throws GSSException {
                return source.acquire(mechanisms);
            }

            @Override
            public void release(GSSCredential credential) {
                try {
                    credential.dispose();
                } catch (GSSException e) {
                    // Nobody can do anything about it; its memory goes with the object.
                }
            }
        };
    }
}
