// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The place of a request in a trace (W3C Trace Context, level 1).
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits, of what the gateway does for the request
 * @param flags two hexadecimal digits
 */
record TraceParent(String traceId, String spanId, String flags) {
    static final String HEADER = "traceparent";

    private static final Pattern FORM =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})");

    /** A span of the gateway's within the client's trace; null when the client names none, or not well. */
    static TraceParent of(HttpHeaders headers) {
        var given = headers.getAll(HEADER);
        var matcher = given.size() == 1 ? FORM.matcher(given.get(0)) : null;
        if (matcher == null || !matcher.matches()) {
            return null;
        }
        var span = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong() | 1);
        return new TraceParent(matcher.group(1), span, matcher.group(2));
    }

    /** As it stands in a header. */
    String text() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }

    /** SQL with the trace in a comment at its end, as tools that read logs of servers look for it. */
    String comment(String sql) {
        return sql.stripTrailing().endsWith(";") ? sql : sql + " /*traceparent='" + text() + "'*/";
    }
}
