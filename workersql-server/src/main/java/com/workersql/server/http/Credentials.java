// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** By what a request proves who it comes from. */
sealed interface Credentials permits BasicCredentials, Credentials.Bearer {
    /** How an offered subprotocol begins that is no protocol but a token, for browsers, which can set no other header. */
    String PROTOCOL_PREFIX = "bearer.";

    /**
     * A token or key (RFC 6750).
     *
     * @param token as the client sent it
     */
    record Bearer(String token) implements Credentials {
        private static final String SCHEME = "Bearer ";

        static Bearer parse(String header) {
            if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return null;
            }
            var token = header.substring(SCHEME.length()).strip();
            return token.isEmpty() ? null : new Bearer(token);
        }

        @Override
        public String toString() {
            return "Bearer[***]";
        }
    }

    /** Whether a request brings nothing at all that could be a proof. */
    static boolean areMissing(HttpHeaders headers) {
        return !headers.contains(HttpHeaderNames.AUTHORIZATION)
                && !headers.contains("x-api-key")
                && headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                        .flatMap(offered -> Stream.of(offered.split(",", -1)))
                        .noneMatch(protocol -> protocol.strip().startsWith(PROTOCOL_PREFIX));
    }

    /** What a request brings; null when that is nothing, malformed, or more than one thing. */
    static Credentials of(HttpHeaders headers) {
        var found = new ArrayList<Credentials>(1);
        for (var header : headers.getAll(HttpHeaderNames.AUTHORIZATION)) {
            var basic = BasicCredentials.parse(header);
            found.add(basic != null ? basic : Bearer.parse(header));
        }
        for (var key : headers.getAll("x-api-key")) {
            found.add(new Bearer(key.strip()));
        }
        for (var offered : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
            for (var protocol : List.of(offered.split(",", -1))) {
                if (protocol.strip().startsWith(PROTOCOL_PREFIX)) {
                    found.add(new Bearer(protocol.strip().substring(PROTOCOL_PREFIX.length())));
                }
            }
        }
        return found.size() == 1 ? found.get(0) : null;
    }
}
