// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Gets the text behind an address over the network: up to a mebibyte, following no redirects. Where the network or the server fails it
 * asks again, all within one time limit, which an answer that comes byte by byte does not escape either. Safe for all threads; the
 * caller does not wait.
 */
final class KeyFetch implements Function<URI, CompletableFuture<String>> {
    private static final int MAX_BYTES = 1 << 20;
    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVERS_FAULT = 500;

    private static final int MAX_RETRIES = 2;
    private static final int FIRST_DELAY_MILLIS = 100;
    private static final int MAX_DELAY_MILLIS = 1_000;
    private static final double JITTER = 0.2;

    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private final FailsafeExecutor<String> guarded;

    /**
     * @param limit how long all attempts together may take
     */
    KeyFetch(Duration limit) {
        Timeout<String> timeout = Timeout.<String>builder(limit).withInterrupt().build();
        // Whatever is no IOException would fail again.
        RetryPolicy<String> retry = RetryPolicy.<String>builder()
                .handle(IOException.class)
                .withMaxRetries(MAX_RETRIES)
                .withBackoff(FIRST_DELAY_MILLIS, MAX_DELAY_MILLIS, ChronoUnit.MILLIS)
                .withJitter(JITTER)
                .build();
        guarded = Failsafe.with(timeout, retry);
    }

    @Override
    public CompletableFuture<String> apply(URI uri) {
        var latest = new AtomicReference<CompletableFuture<?>>();
        return guarded.getStageAsync(() -> {
                    var call = client.sendAsync(request(uri), head -> new LimitedText(MAX_BYTES));
                    latest.set(call);
                    return call.thenCompose(KeyFetch::text);
                })
                .whenComplete((text, failure) -> {
                    if (failure != null && latest.get() != null) {
                        // Its time may be over, and the answer still coming.
                        latest.get().cancel(true);
                    }
                });
    }

    private static HttpRequest request(URI uri) {
        return HttpRequest.newBuilder(uri).header("Accept", "application/json").build();
    }

    private static CompletableFuture<String> text(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status == OK) {
            return CompletableFuture.completedFuture(response.body());
        }
        var message = "the answer has status " + status;
        return CompletableFuture.failedFuture(
                status >= SERVERS_FAULT || status == TOO_MANY_REQUESTS
                        ? new IOException(message)
                        : new IllegalStateException(message));
    }
}
