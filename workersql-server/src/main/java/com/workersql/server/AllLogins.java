// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.HttpAuthenticator;
import com.workersql.server.login.Bearers;
import com.workersql.server.login.Logins;
import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** Proves clients of the HTTP door by what both kinds of logins know. */
record AllLogins(Logins logins, Bearers bearers) implements HttpAuthenticator {
    @Override
    public void authenticate(
            String user, byte[] password, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        logins.prove(user, password, loop, ok, refused);
    }

    @Override
    public void authenticateBearer(
            String bearer, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        bearers.prove(bearer, loop, ok, refused);
    }

    @Override
    public boolean isCurrent(Principal principal) {
        return logins.isCurrent(principal) || bearers.isCurrent(principal);
    }
}
