// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** Proves who opens a WebSocket: by the request for it, or by a message behind that. */
public interface SocketGate {
    /** What a message brings to prove who it comes from. */
    sealed interface Proof {
        /**
         * A token or key.
         *
         * @param token as the client sent it
         */
        record Token(String token) implements Proof {
            @Override
            public String toString() {
                return "Token[***]";
            }
        }

        /**
         * A user of the gateway.
         *
         * @param user the name
         * @param password the password's bytes
         */
        @SuppressWarnings("ArrayRecordComponent") // A value that is handed through; nobody compares two of them.
        record Password(String user, byte[] password) implements Proof {
            @Override
            public String toString() {
                return "Password[" + user + "]";
            }
        }
    }

    /**
     * Whether a request brings nothing at all that could prove who it comes from.
     *
     * @param exchange the request
     * @return false also for credentials that are malformed
     */
    boolean isAnonymous(Exchange exchange);

    /**
     * Proves who a request comes from, or answers it.
     *
     * @param exchange the request
     * @param ok takes who it is, unless the client has gone meanwhile
     */
    void authenticate(Exchange exchange, Consumer<Principal> ok);

    /**
     * Proves whom a message comes from. Does not block.
     *
     * @param proof what the message brings
     * @param loop the event loop on which the call comes and one of the two consumers is called
     * @param ok takes who it is
     * @param refused takes the error
     */
    void prove(Proof proof, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused);

    /**
     * Whether who was proved once may still act.
     *
     * @param principal who was proved
     * @return false when its sockets are to end
     */
    boolean isCurrent(Principal principal);
}
