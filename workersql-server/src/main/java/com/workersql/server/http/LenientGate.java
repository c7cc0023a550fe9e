// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import java.util.function.Consumer;

/** Proves who a request comes from, and leaves it to the caller what a refusal looks like. */
@FunctionalInterface
public interface LenientGate {
    /**
     * Proves who a request comes from.
     *
     * @param exchange the request
     * @param ok takes who it is, unless the client has gone meanwhile
     * @param refused takes the error, in place of {@code ok}
     */
    void authenticate(Exchange exchange, Consumer<Principal> ok, Consumer<GatewayError> refused);
}
