// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/** The WebSockets of JSON messages that are open, so that an administrator can close those of a user. Safe for all threads. */
public final class OpenSockets {
    private final Map<WebSocketConnection, EventLoop> open = new ConcurrentHashMap<>();

    OpenSockets() {}

    void add(WebSocketConnection socket, EventLoop loop) {
        open.put(socket, loop);
    }

    void remove(WebSocketConnection socket) {
        open.remove(socket);
    }

    /**
     * Closes sockets, by a close that says why. Those of clients that have not proved who they are stay.
     *
     * @param whose by who their clients are; called on the sockets' event loops
     * @return how many were closed, when each event loop has done its part
     */
    public CompletableFuture<Integer> end(Predicate<Principal> whose) {
        List<CompletableFuture<Boolean>> ended = open.entrySet().stream()
                .map(entry -> end(entry.getKey(), entry.getValue(), whose))
                .toList();
        return CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).thenApply(done ->
                (int) ended.stream().filter(CompletableFuture::join).count());
    }

    private static CompletableFuture<Boolean> end(
            WebSocketConnection socket, EventLoop loop, Predicate<Principal> whose) {
        try {
            return CompletableFuture.supplyAsync(() -> socket.endIfOf(whose), loop);
        } catch (RejectedExecutionException e) {
            // It has ended with its loop.
            return CompletableFuture.completedFuture(false);
        }
    }
}
