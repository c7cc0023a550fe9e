// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets only requests pass whose sender has proved who it is. */
final class AuthenticationGate implements SocketGate {
    private static final Logger LOG = LoggerFactory.getLogger(AuthenticationGate.class);

    private final HttpAuthenticator authenticator;
    private final CallerLimits limits;

    AuthenticationGate(HttpAuthenticator authenticator, CallerLimits limits) {
        this.authenticator = authenticator;
        this.limits = limits;
    }

    /**
     * Proves who a request comes from, or answers it by 401.
     *
     * @param exchange the request
     * @param ok takes who it is, unless the client has gone meanwhile
     */
    @Override
    public void authenticate(Exchange exchange, Consumer<Principal> ok) {
        var credentials = Credentials.of(exchange.request().headers());
        if (credentials == null) {
            exchange.refuse(missing());
        } else {
            authenticate(exchange, credentials, ok, exchange::refuse);
        }
    }

    /**
     * Proves who a request comes from, also where a client has left the percent signs of a URL in its credentials.
     *
     * @param exchange the request
     * @param ok takes who it is, unless the client has gone meanwhile
     * @param refused takes the error
     */
    void authenticateLeniently(Exchange exchange, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        var credentials = Credentials.of(exchange.request().headers());
        if (credentials == null) {
            refused.accept(missing());
            return;
        }
        var decoded = credentials instanceof BasicCredentials basic ? basic.percentDecoded() : null;
        authenticate(
                exchange,
                credentials,
                ok,
                decoded == null ? refused : error -> authenticate(exchange, decoded, ok, refused));
    }

    @Override
    public boolean isAnonymous(Exchange exchange) {
        return Credentials.areMissing(exchange.request().headers());
    }

    @Override
    public void prove(SocketGate.Proof proof, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        Consumer<Principal> proved = principal -> {
            var excess = limits.admit(principal, (name, value) -> {});
            if (excess != null) {
                refused.accept(excess);
            } else {
                ok.accept(principal);
            }
        };
        if (proof instanceof SocketGate.Proof.Password password) {
            authenticator.authenticate(password.user(), password.password(), loop, proved, refused);
        } else {
            authenticator.authenticateBearer(((SocketGate.Proof.Token) proof).token(), loop, proved, refused);
        }
    }

    @Override
    public boolean isCurrent(Principal principal) {
        return authenticator.isCurrent(principal);
    }

    private static GatewayError missing() {
        return GatewayError.refused(
                1045,
                "28000",
                "Access denied: an Authorization header with Basic credentials or a bearer token is needed, or X-API-Key");
    }

    private void authenticate(
            Exchange exchange, Credentials credentials, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        var loop = exchange.channel().eventLoop();
        Consumer<Principal> proved = principal -> {
            if (!exchange.isOver()) {
                exchange.timing("auth");
                var excess = limits.admit(principal, exchange::header);
                if (excess != null) {
                    refused.accept(excess);
                } else {
                    accept(exchange, principal, ok);
                }
            }
        };
        Consumer<GatewayError> denied = error -> {
            if (!exchange.isOver()) {
                refused.accept(error);
            }
        };
        if (credentials instanceof BasicCredentials basic) {
            authenticator.authenticate(basic.user(), basic.password(), loop, proved, denied);
        } else {
            authenticator.authenticateBearer(((Credentials.Bearer) credentials).token(), loop, proved, denied);
        }
    }

    /** The proof may have come on the event loop later: nobody else would answer for what goes wrong here. */
    private static void accept(Exchange exchange, Principal principal, Consumer<Principal> ok) {
        try {
            ok.accept(principal);
        } catch (RuntimeException e) {
            LOG.error("Request {} to {} failed", exchange.requestId(), exchange.path(), e);
            exchange.refuse(GatewayError.internal(exchange.requestId()));
        }
    }
}
