// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What a client is told in headers of what it may do about a refusal (RFC 9110). */
public final class ProblemHeaders {
    /** What a client is told to prove itself by (RFC 7617). */
    public static final String BASIC_CHALLENGE = "Basic realm=\"workersql\", charset=\"UTF-8\"";

    private static final String BEARER_CHALLENGE = "Bearer realm=\"workersql\"";
    private static final int RETRY_AFTER_SECONDS = 1;

    private ProblemHeaders() {}

    /**
     * Adds them.
     *
     * @param allowed the methods that the path has
     */
    static void add(HttpHeaders headers, HttpResponseStatus status, GatewayError error, String allowed) {
        if (status.code() == HttpResponseStatus.UNAUTHORIZED.code()) {
            headers.add(HttpHeaderNames.WWW_AUTHENTICATE, BASIC_CHALLENGE);
            headers.add(HttpHeaderNames.WWW_AUTHENTICATE, BEARER_CHALLENGE);
        }
        boolean later = error.errorClass() == ErrorClass.QUOTA || error.errorClass() == ErrorClass.UNAVAILABLE;
        if (later && !headers.contains(HttpHeaderNames.RETRY_AFTER)) {
            headers.setInt(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (status.code() == HttpResponseStatus.UPGRADE_REQUIRED.code()) {
            headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        }
        if (status.code() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
            headers.set(HttpHeaderNames.ALLOW, allowed);
        }
    }
}
