// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Ids by which a client and the logs speak of one request. */
public final class RequestIds {
    /** The header of both directions. */
    public static final String HEADER = "x-request-id";

    private static final int MAX_CHARS = 128;

    private RequestIds() {}

    /** The client's own id where it is harmless in headers, logs and SQL comments; a new one elsewhere. */
    static String of(HttpHeaders headers) {
        var given = headers.get(HEADER);
        return given != null && isHarmless(given) ? given : next();
    }

    /** A new id; need not be secret. */
    static String next() {
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }

    private static boolean isHarmless(String id) {
        if (id.isEmpty() || id.length() > MAX_CHARS) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "-_.:=+".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
