// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.gateways;

import com.workersql.server.config.PeersConfig;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.PeerSessions;
import com.workersql.server.session.SessionRegistry;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** The way to the other gateways, by their HTTP doors. Safe for all threads; nothing blocks. */
public final class Peers implements PeerSessions {
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;
    private static final int MISDIRECTED = 421;

    private final PeersConfig config;
    private final PeerSeal seal;
    private final HttpClient client;

    /**
     * The other gateways.
     *
     * @param config where they are
     * @param clock the time of day
     * @param random makes what is sent unique
     */
    public Peers(PeersConfig config, InstantSource clock, SecureRandom random) {
        this.config = config;
        this.seal = config.key() == null ? null : new PeerSeal(config.key().bytes(), config.number(), clock, random);
        // A client has a thread of its own.
        this.client = config.addresses().isEmpty()
                ? null
                : HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofMillis(config.timeoutMillis()))
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /**
     * What proves that a request comes from another gateway.
     *
     * @return null when this gateway hears no others
     */
    public PeerSeal seal() {
        return seal;
    }

    /**
     * Which of the gateways this is.
     *
     * @return the number in the ids of its sessions
     */
    public int number() {
        return config.number();
    }

    /**
     * Where another gateway is.
     *
     * @param gateway its number
     * @return scheme and authority of its HTTP door; null when it is not among the peers
     */
    public URI address(int gateway) {
        return config.addresses().get(gateway);
    }

    /**
     * How long another gateway may take to be reached, and to answer what it need not ask a shard for.
     *
     * @return {@code peers.timeout_millis}
     */
    public int timeoutMillis() {
        return config.timeoutMillis();
    }

    /**
     * Sends a request.
     *
     * @param request to an address of a peer
     * @param body takes the answer
     * @return fails when no answer came; cancelling it breaks the request off
     */
    public <T> CompletableFuture<HttpResponse<T>> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        return client.sendAsync(request, body);
    }

    /**
     * What a caller is told when no answer came.
     *
     * @param gateway the peer's number
     * @param failure what became of the request
     * @return 1429 when the peer cannot have got it, 1105 when it may have
     */
    public GatewayError unanswered(int gateway, Throwable failure) {
        var cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        var peer = "Gateway " + gateway + " at " + address(gateway);
        var reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
                ? GatewayError.notExecuted(peer + " cannot be reached: " + reason)
                : GatewayError.outcomeUnknown(peer + " did not answer: " + reason);
    }

    @Override
    public void kill(int id, boolean queryOnly, String callerTenant, EventLoop loop, Consumer<GatewayError> answer) {
        int gateway = SessionRegistry.gatewayOf(id);
        var address = address(gateway);
        if (address == null) {
            answer.accept(SessionRegistry.unknown(
                    id, "; it would be of gateway " + gateway + ", which is not among the peers (peers.addresses)"));
            return;
        }
        byte[] order = new KillOrder(id, queryOnly, callerTenant).json();
        var request = HttpRequest.newBuilder(address.resolve(KillOrder.PATH))
                .timeout(Duration.ofMillis(config.timeoutMillis()))
                .header("content-type", "application/json")
                .header(PeerSeal.HEADER, seal.seal(gateway, order))
                .POST(HttpRequest.BodyPublishers.ofByteArray(order))
                .build();
        var unused = send(request, HttpResponse.BodyHandlers.discarding()).whenComplete((response, failure) -> {
            var error = failure == null ? error(gateway, id, response.statusCode()) : unanswered(gateway, failure);
            loop.execute(() -> answer.accept(error));
        });
    }

    private GatewayError error(int gateway, int id, int status) {
        var peer = "Gateway " + gateway + " at " + address(gateway);
        return switch (status) {
            case OK -> null;
            case GONE -> SessionRegistry.unknown(id, "");
            case NOT_FOUND -> GatewayError.notExecuted(peer + " hears no other gateways: it has no peers.key");
            case UNAUTHORIZED ->
                GatewayError.notExecuted(
                        peer + " does not take this gateway for one: its peers.key or its clock is another");
            case MISDIRECTED ->
                GatewayError.notExecuted(
                        "At " + address(gateway) + " is another gateway than number " + gateway + " (peers.addresses)");
            default -> GatewayError.outcomeUnknown(peer + " answered by status " + status);
        };
    }
}
