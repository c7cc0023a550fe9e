// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Deadline;
import com.workersql.server.http.SocketGate;
import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Who a client of {@code workersql.v1} is: proved by the upgrade or by its first message, once more by a fresh token, and over when
 * the token is. Confined to the socket's event loop.
 */
final class SocketLogin {
    private static final int WARNING_MILLIS = 30_000;

    private final SocketGate gate;
    private final int helloTimeoutMillis;
    private final Listener listener;
    private EventLoop loop;
    private Deadline hello;
    private Deadline expiry;
    private Principal principal;
    private boolean greeted;
    private boolean proving;
    private boolean warned;

    /** What comes of it. */
    interface Listener {
        /** The client has said hello, and is who it says. */
        void greeted();

        /** A fresh token has taken the place of the one before. */
        void renewed();

        /** The token ends in so many milliseconds. */
        void expiresSoon(long millis);

        /** Messages are to wait, or may come again. */
        void provingChanged();

        void close(WebSocketCloseStatus status, String reason);

        boolean isClosed();
    }

    /** @param proved by the upgrade; null when it brought no proof */
    SocketLogin(SocketGate gate, Principal proved, int helloTimeoutMillis, Listener listener) {
        this.gate = gate;
        this.principal = proved;
        this.helloTimeoutMillis = helloTimeoutMillis;
        this.listener = listener;
    }

    void opened(EventLoop channelLoop) {
        loop = channelLoop;
        hello = new Deadline(
                loop,
                () -> listener.close(
                        CloseCodes.TIMEOUT,
                        "No \"hello\" came within " + helloTimeoutMillis
                                + " ms (http.websocket.hello_timeout_millis)"));
        hello.set(helloTimeoutMillis);
        expiry = new Deadline(loop, this::expires);
    }

    /** Whose messages these are; null before the client has proved it. */
    Principal principal() {
        return principal;
    }

    boolean isGreeted() {
        return greeted;
    }

    /** Whether a proof is being looked at. */
    boolean isProving() {
        return proving;
    }

    /** @param proof null when the client brings none */
    void hello(SocketGate.Proof proof) {
        if (greeted) {
            listener.close(CloseCodes.TOO_MANY, "\"hello\" was said before; \"auth\" brings another token");
        } else if (proof != null) {
            prove(proof, this::greet);
        } else if (principal == null) {
            listener.close(
                    CloseCodes.UNAUTHENTICATED, "\"hello\" needs a \"token\", or \"basic\" with user and password");
        } else {
            greet();
        }
    }

    private void greet() {
        greeted = true;
        hello.close();
        watchExpiry();
        listener.greeted();
    }

    void auth(SocketGate.Proof proof) {
        prove(proof, () -> {
            watchExpiry();
            listener.renewed();
        });
    }

    private void prove(SocketGate.Proof proof, Runnable proved) {
        proving = true;
        listener.provingChanged();
        Consumer<Principal> ok = found -> {
            if (listener.isClosed()) {
                return;
            }
            proving = false;
            if (principal != null && !principal.identity().equals(found.identity())) {
                listener.close(
                        CloseCodes.FORBIDDEN, "This proof is of another user, or of other rights; open another socket");
                return;
            }
            principal = found;
            proved.run();
            listener.provingChanged();
        };
        Consumer<GatewayError> refused = error -> {
            if (!listener.isClosed()) {
                proving = false;
                boolean quota = error.errno() == 1226 || error.errno() == 1203;
                listener.close(quota ? CloseCodes.TOO_MANY : CloseCodes.UNAUTHENTICATED, error.message());
            }
        };
        gate.prove(proof, loop, ok, refused);
    }

    private void watchExpiry() {
        warned = false;
        if (principal.expiresAtMillis() == Principal.NEVER) {
            expiry.clear();
        } else {
            expiry.set(Math.max(0, expiresInMillis() - WARNING_MILLIS));
        }
    }

    /** How long the proof is good from now on; {@link Principal#NEVER} for passwords. */
    long expiresInMillis() {
        return principal.expiresAtMillis() == Principal.NEVER
                ? Principal.NEVER
                : Math.max(0, principal.expiresAtMillis() - Instant.now().toEpochMilli());
    }

    private void expires() {
        if (warned) {
            listener.close(CloseCodes.UNAUTHENTICATED, "The token has expired");
            return;
        }
        warned = true;
        long millis = Math.min(WARNING_MILLIS, expiresInMillis());
        expiry.set(millis);
        listener.expiresSoon(millis);
    }

    void close() {
        hello.close();
        expiry.close();
    }
}
