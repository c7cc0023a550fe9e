// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;

/**
 * Which pages of other sites may call (CORS, in the Fetch standard). A page's origin is what a browser says it is; there are no
 * cookies, so that nothing of a user's is sent along unasked. Immutable.
 *
 * @param origins the foreign origins that may; {@code null}, the origin of nobody, is never among them
 * @param preflightSeconds how long a browser may remember what it was told
 */
record CrossOrigin(Set<String> origins, int preflightSeconds) {
    private static final String METHODS = "GET, POST, DELETE, OPTIONS";
    private static final String ALLOWED =
            "Authorization, Content-Type, Accept, X-API-Key, X-Request-Id, Idempotency-Key,"
                    + " Prefer, traceparent, tracestate, User-Agent";
    private static final String EXPOSED = "X-Request-Id, RateLimit, RateLimit-Policy, RateLimit-Limit,"
            + " RateLimit-Remaining, RateLimit-Reset, Server-Timing, Retry-After, Idempotency-Replayed, traceparent";

    /** What a request is to this. */
    enum Kind {
        /** It comes from no page, or from one of this gateway's own. */
        OWN,
        /** It comes from a page that may call. */
        ALLOWED,
        /** A browser asks whether a page may call, and it may. */
        PREFLIGHT,
        /** It comes from a page that may not. */
        REFUSED
    }

    Kind kind(HttpMethod method, HttpHeaders headers) {
        var given = headers.getAll(HttpHeaderNames.ORIGIN);
        if (given.isEmpty()) {
            return Kind.OWN;
        }
        var origin = given.get(0);
        var host = headers.get(HttpHeaderNames.HOST);
        if (given.size() == 1
                && (origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host))) {
            return Kind.OWN;
        }
        if (given.size() > 1 || !origins.contains(origin)) {
            return Kind.REFUSED;
        }
        boolean asks =
                method.equals(HttpMethod.OPTIONS) && headers.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
        return asks ? Kind.PREFLIGHT : Kind.ALLOWED;
    }

    /** Puts into an answer what the browser of an allowed page wants to read there. */
    void allow(Exchange exchange, boolean preflight) {
        exchange.header(
                HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN,
                exchange.request().headers().get(HttpHeaderNames.ORIGIN));
        exchange.header(HttpHeaderNames.VARY, "origin");
        if (preflight) {
            exchange.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            exchange.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED);
            exchange.header(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, Integer.toString(preflightSeconds));
        } else {
            exchange.header(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}
