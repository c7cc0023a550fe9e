// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/** Close codes of {@code workersql.v1} beyond those of RFC 6455, with the numbers that other protocols gave them. */
final class CloseCodes {
    /** JSON, but no message of the protocol. */
    static final WebSocketCloseStatus BAD_MESSAGE = new WebSocketCloseStatus(4400, "bad message");

    /** Not proved, or no longer. */
    static final WebSocketCloseStatus UNAUTHENTICATED = new WebSocketCloseStatus(4401, "not authenticated");

    /** Proved, and not allowed. */
    static final WebSocketCloseStatus FORBIDDEN = new WebSocketCloseStatus(4403, "forbidden");

    /** Nothing came in time. */
    static final WebSocketCloseStatus TIMEOUT = new WebSocketCloseStatus(4408, "timeout");

    /** An id that is in use. */
    static final WebSocketCloseStatus DUPLICATE = new WebSocketCloseStatus(4409, "duplicate id");

    /** More than once, or more than may be. */
    static final WebSocketCloseStatus TOO_MANY = new WebSocketCloseStatus(4429, "too many");

    private CloseCodes() {}
}
