// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;

/**
 * How a client answers {@code auth_gssapi_client}. Immutable; safe for any thread; one value serves many connections.
 *
 * @param credentials gives the client's ticket
 * @param servicePrincipal whose ticket is shown, such as {@code mariadb/db.example.com@EXAMPLE.COM}; null for the one that the server names: then a
 *     server that is somebody else may name a service to which it passes the token on, so that the TLS mode should verify the server
 * @param executor makes the tokens, for which a KDC may have to be asked: seconds, when it does not answer. Never an event loop
 */
public record GssapiLogin(GssapiCredentials credentials, String servicePrincipal, Executor executor) {
    public GssapiLogin {
        requireNonNull(credentials, "credentials");
        requireNonNull(executor, "executor");
        if (servicePrincipal != null && servicePrincipal.isEmpty()) {
            throw new IllegalArgumentException(
                    "servicePrincipal is empty; null stands for the one that the server names");
        }
    }
}
