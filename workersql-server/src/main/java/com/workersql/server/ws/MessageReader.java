// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestParser;
import io.netty.buffer.ByteBuf;

/** Takes the messages of {@code workersql.v1} apart. Total: whatever the bytes are, it gives a message or refuses. Safe for all threads. */
final class MessageReader {
    private final RequestParser parser;
    private final int maxTimeoutMillis;

    /** @param maxTimeoutMillis the longest time that a request may give its statement */
    MessageReader(RequestParser parser, int maxTimeoutMillis) {
        this.parser = parser;
        this.maxTimeoutMillis = maxTimeoutMillis;
    }

    /**
     * Reads a message.
     *
     * @param utf8 between its indices, which stay as they are
     * @throws Refusal when it is not UTF-8, not one JSON object, or over a limit
     */
    ClientMessage read(ByteBuf utf8) throws Refusal {
        return parser.read(utf8, (json, text) -> new MessageMembers(json, text, maxTimeoutMillis).read());
    }
}
