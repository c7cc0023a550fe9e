// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * {@code GET /console/}: a page with the shards, their health, live figures, and a box for statements that shows their rows and
 * their route. It asks the same paths as any client, by credentials that are typed in and kept nowhere; the page itself holds no
 * secret, so that everybody may have it.
 */
final class ConsoleRoutes {
    /** The page runs the gateway's own script and asks the gateway alone; nobody may put it into a page of theirs. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final byte[] PAGE = resource("index.html");
    private static final byte[] SCRIPT = resource("console.js");
    private static final byte[] STYLE = resource("console.css");

    private ConsoleRoutes() {}

    private static byte[] resource(String name) {
        try (var in = ConsoleRoutes.class.getResourceAsStream("console/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the console cannot be read", e);
        }
    }

    static void page(Exchange exchange) {
        respond(exchange, "text/html; charset=utf-8", PAGE);
    }

    static void script(Exchange exchange) {
        respond(exchange, "text/javascript; charset=utf-8", SCRIPT);
    }

    static void style(Exchange exchange) {
        respond(exchange, "text/css; charset=utf-8", STYLE);
    }

    private static void respond(Exchange exchange, String type, byte[] content) {
        exchange.header(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
        exchange.header("referrer-policy", "no-referrer");
        exchange.header("x-content-type-options", "nosniff");
        exchange.respond(HttpResponseStatus.OK, type, Unpooled.wrappedBuffer(content));
    }
}
