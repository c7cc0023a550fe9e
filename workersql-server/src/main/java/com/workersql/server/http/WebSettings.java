// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.ws.WebSocketSettings;
import java.util.Set;

/**
 * The section {@code http} of the configuration: what clients over HTTP and WebSockets may do.
 *
 * @param http the limits of requests and answers
 * @param sessions the bounds of sessions that outlive a request
 * @param webSocket the limits of WebSockets
 * @param origins the origins of pages of other sites that may call, such as {@code https://app.example.com}
 * @param preflightSeconds how long a browser may remember what it was told about that
 * @param requestsPerWindow how many requests one caller may send in one window; 0 for no limit, 429 beyond
 * @param windowMillis how long a window is
 * @param traceComments whether the {@code traceparent} of a request goes to the shards as a comment of its statements
 */
public record WebSettings(
        HttpSettings http,
        SessionSettings sessions,
        WebSocketSettings webSocket,
        Set<String> origins,
        int preflightSeconds,
        int requestsPerWindow,
        int windowMillis,
        boolean traceComments) {

    /** {@code preflight_seconds}: default 600. */
    public static final Setting PREFLIGHT_SECONDS = new Setting("preflight_seconds", 600, 0, 86_400);

    /** {@code requests_per_window}: default 0, which is no limit. */
    public static final Setting REQUESTS_PER_WINDOW = new Setting("requests_per_window", 0, 0, 1_000_000_000);

    /** {@code window_millis}: default 60 s. */
    public static final Setting WINDOW_MILLIS = new Setting("window_millis", 60_000, 1_000, 86_400_000);

    /**
     * Copies the origins.
     *
     * @throws IllegalArgumentException when one is no origin, or stands for all
     */
    public WebSettings {
        origins = Set.copyOf(origins);
        for (var origin : origins) {
            if (!origin.matches("https?://[A-Za-z0-9.\\-\\[\\]:]+")) {
                throw new IllegalArgumentException("origins holds '" + origin
                        + "', which is none; one reads https://app.example.com, without a path");
            }
        }
    }

    /**
     * Every setting at its default.
     *
     * @return never null
     */
    public static WebSettings defaults() {
        return new WebSettings(
                HttpSettings.defaults(),
                SessionSettings.defaults(),
                WebSocketSettings.defaults(),
                Set.of(),
                (int) PREFLIGHT_SECONDS.byDefault(),
                (int) REQUESTS_PER_WINDOW.byDefault(),
                (int) WINDOW_MILLIS.byDefault(),
                false);
    }

    /**
     * The same with other limits of requests and answers.
     *
     * @param limits the limits
     * @return a copy
     */
    public WebSettings withHttp(HttpSettings limits) {
        return new WebSettings(
                limits, sessions, webSocket, origins, preflightSeconds, requestsPerWindow, windowMillis, traceComments);
    }

    /**
     * The same with other limits of WebSockets.
     *
     * @param limits the limits
     * @return a copy
     */
    public WebSettings withWebSocket(WebSocketSettings limits) {
        return new WebSettings(
                http, sessions, limits, origins, preflightSeconds, requestsPerWindow, windowMillis, traceComments);
    }
}
