// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.query.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/** What every path that takes a JSON body asks of a request. */
public final class JsonBodies {
    private static final String JSON = "application/json";

    private JsonBodies() {}

    /**
     * Refuses a body of another type: a page of another site can send forms and plain text without being asked for leave, but
     * not JSON.
     *
     * @param headers of the request
     * @throws Refusal with status 415
     */
    public static void checkMedia(HttpHeaders headers) throws Refusal {
        var type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
        int end = type.indexOf(';');
        var media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (!media.equals(JSON)) {
            throw new Refusal(
                    Refusal.error(ErrorClass.MEDIA_TYPE, "The body must be application/json, in Content-Type"));
        }
        var coding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!coding.equalsIgnoreCase("identity")) {
            throw new Refusal(Refusal.error(ErrorClass.MEDIA_TYPE, "The body must not have a Content-Encoding"));
        }
    }

    /**
     * Refuses members that mean nothing, where the client wants that ({@code Prefer: handling=strict}, RFC 7240).
     *
     * @param headers of the request
     * @param unknownMembers what the body has of them
     * @throws Refusal naming the first
     */
    public static void checkUnknown(HttpHeaders headers, List<String> unknownMembers) throws Refusal {
        boolean strict = headers.getAll("prefer").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("handling=strict"));
        if (strict && !unknownMembers.isEmpty()) {
            throw Refusal.malformed("unknown member \"" + unknownMembers.get(0) + "\"");
        }
    }
}
