// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** Proves who a request comes from. */
@FunctionalInterface
public interface HttpAuthenticator {
    /**
     * Proves a user and password. Does not block: a slow hash runs elsewhere.
     *
     * @param user the name as the client gave it
     * @param password the password's bytes; not changed after the call
     * @param loop the event loop on which the call comes and one of the two consumers is called
     * @param ok takes who it is
     * @param refused takes the error, which is the same for an unknown user and a wrong password
     */
    void authenticate(
            String user, byte[] password, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused);

    /**
     * Proves whom a token or API key speaks for. Does not block.
     *
     * @param bearer as the client sent it
     * @param loop the event loop on which the call comes and one of the two consumers is called
     * @param ok takes who it is
     * @param refused takes the error
     */
    default void authenticateBearer(
            String bearer, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        refused.accept(GatewayError.refused(1045, "28000", "Access denied: bearers are not taken here"));
    }

    /**
     * Whether who was proved once may still act: a user may have been taken away, or given other rights.
     *
     * @param principal who was proved
     * @return false when a connection that acts for it is to end
     */
    default boolean isCurrent(Principal principal) {
        return true;
    }
}
