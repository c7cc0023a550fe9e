// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The subscriptions of sockets that are open, and for a while those of sockets that were, by the token that each client has got: a
 * client that connects again goes on behind the last event that it has seen. Safe for all threads.
 */
final class ResumableSockets {
    private static final int TOKEN_BYTES = 16;
    /** What an entry takes beside its texts. */
    private static final int ENTRY_BYTES = 256;

    private final SecureRandom random = new SecureRandom();
    private final boolean enabled;
    private final Map<String, Socket> open = new ConcurrentHashMap<>();
    private final Cache<String, Socket> closed;

    /**
     * A subscription that its client may go on with.
     *
     * @param table as the client named it
     */
    record Parked(String table, EventPositions positions) {}

    /** One socket. */
    final class Socket {
        private final String token;
        private final String identity;
        private final Runnable close;
        private final CompletableFuture<Map<String, Parked>> subscriptions = new CompletableFuture<>();
        private int weightBytes;

        private Socket(String token, String identity, Runnable close) {
            this.token = token;
            this.identity = identity;
            this.close = close;
        }

        String token() {
            return token;
        }

        /** The socket is closed; this is what was open on it. */
        void park(Map<String, Parked> left) {
            weightBytes = ENTRY_BYTES
                    + left.values().stream()
                            .mapToInt(parked -> ENTRY_BYTES + parked.positions().weightBytes())
                            .sum();
            if (!left.isEmpty()) {
                closed.put(token, this);
            }
            // Whoever waits for this socket's end takes it from among the closed ones.
            open.remove(token);
            subscriptions.complete(Map.copyOf(left));
        }
    }

    /** @param nanoClock the gateway's monotonic clock */
    ResumableSockets(WebSocketSettings settings, LongSupplier nanoClock) {
        enabled = settings.resumeMillis() > 0;
        closed = Caffeine.newBuilder()
                .expireAfterWrite(Duration.ofMillis(settings.resumeMillis()))
                .maximumWeight(settings.resumeBudgetBytes())
                .weigher((String token, Socket socket) -> socket.weightBytes)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /**
     * A socket is open.
     *
     * @param identity who may go on with it
     * @param close ends it, on whatever thread it is called, so that it is parked
     * @return null where nothing can be resumed
     */
    Socket opened(String identity, Runnable close) {
        if (!enabled) {
            return null;
        }
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        var socket = new Socket(HexFormat.of().formatHex(bytes), identity, close);
        open.put(socket.token, socket);
        return socket;
    }

    /**
     * What was open on an earlier socket, which is closed if it still is there: its end may not have been noticed yet. Can be taken
     * once.
     *
     * @param identity who asks
     * @param then takes it, on whatever thread; nothing where the token is unknown, too old or somebody else's
     */
    void take(String token, String identity, Consumer<Map<String, Parked>> then) {
        var living = open.get(token);
        var socket = living != null ? living : closed.getIfPresent(token);
        if (socket == null || !socket.identity.equals(identity)) {
            then.accept(Map.of());
            return;
        }
        if (living != null) {
            socket.close.run();
        }
        var unused = socket.subscriptions.thenAccept(subscriptions -> {
            boolean first = subscriptions.isEmpty() || closed.asMap().remove(token, socket);
            then.accept(first ? subscriptions : Map.of());
        });
    }
}
