// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * How many requests each caller may send in a window of time, and how many it has left. Of more callers than are remembered, those
 * seen longest ago begin a new window. Safe for all threads.
 */
final class CallerLimits {
    private static final int REMEMBERED = 100_000;

    private final int requests;
    private final long windowNanos;
    private final LongSupplier nanoClock;
    private final Cache<String, Window> windows =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    private record Window(long startNanos, int used) {}

    /**
     * @param requests how many a caller may send in a window; 0 for no limit
     * @param windowMillis how long a window is
     * @param nanoClock the gateway's monotonic clock
     */
    CallerLimits(int requests, int windowMillis, LongSupplier nanoClock) {
        this.requests = requests;
        this.windowNanos = TimeUnit.MILLISECONDS.toNanos(windowMillis);
        this.nanoClock = nanoClock;
    }

    /**
     * Counts a request, and has its answer say what is left.
     *
     * @param header takes the names and values of the answer's headers
     * @return the error when it is one too many, else null
     */
    GatewayError admit(Principal principal, BiConsumer<String, String> header) {
        if (requests == 0) {
            return null;
        }
        long now = nanoClock.getAsLong();
        var window = windows.asMap()
                .compute(
                        principal.identity(),
                        (caller, last) -> last == null || now - last.startNanos() >= windowNanos
                                ? new Window(now, 1)
                                : new Window(last.startNanos(), last.used() + 1));
        long resetSeconds = TimeUnit.NANOSECONDS.toSeconds(window.startNanos() + windowNanos - now) + 1;
        int left = Math.max(0, requests - window.used());
        long seconds = TimeUnit.NANOSECONDS.toSeconds(windowNanos);
        header.accept("ratelimit-policy", "\"default\";q=" + requests + ";w=" + seconds);
        header.accept("ratelimit", "\"default\";r=" + left + ";t=" + resetSeconds);
        header.accept("ratelimit-limit", Integer.toString(requests));
        header.accept("ratelimit-remaining", Integer.toString(left));
        header.accept("ratelimit-reset", Long.toString(resetSeconds));
        if (window.used() <= requests) {
            return null;
        }
        header.accept("retry-after", Long.toString(resetSeconds));
        return GatewayError.refused(
                1226,
                "42000",
                "This caller has sent more than " + requests + " requests in " + seconds
                        + " s (http.requests_per_window)");
    }
}
