// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import java.util.function.Predicate;

/**
 * A user who proves by a ticket who he is, and has no password: MariaDB's {@code IDENTIFIED VIA gssapi}.
 *
 * @param service what the client is told of the service
 * @param credentials gives the service's own key
 * @param isUser whether a principal such as {@code alice@EXAMPLE.COM}, whose ticket has been accepted, is this user. Runs on the executor of
 *     the handshakes; safe for several threads
 */
public record GssapiVerifier(GssapiService service, GssapiCredentials credentials, Predicate<String> isUser)
        implements PasswordVerifier {
    public GssapiVerifier {
        requireNonNull(service, "service");
        requireNonNull(credentials, "credentials");
        requireNonNull(isUser, "isUser");
    }

    /**
     * A user who is one principal.
     *
     * @param principal with its realm: {@code alice@EXAMPLE.COM}
     */
    public static GssapiVerifier ofPrincipal(GssapiService service, GssapiCredentials credentials, String principal) {
        return new GssapiVerifier(service, credentials, principal::equals);
    }

    @Override
    public String plugin() {
        return GssapiService.PLUGIN;
    }

    /** False: there is no password. */
    @Override
    public boolean matches(byte[] password) {
        return false;
    }

    @Override
    public String text() {
        throw new UnsupportedOperationException("the user is known to a Kerberos realm");
    }

    @Override
    public String toString() {
        return "GssapiVerifier[service=" + service + "]";
    }
}
