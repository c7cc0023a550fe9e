// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/** What a client has sent ahead of the answers to its requests, in order and with its size. Confined to the channel's event loop. */
final class PipelinedRequests {
    private static final int BYTES_OF_A_MESSAGE = 512;

    /** Null until the first one comes: most clients wait for their answers. */
    private ArrayDeque<HttpObject> waiting;

    private int bytes;

    boolean isEmpty() {
        return waiting == null || waiting.isEmpty();
    }

    /** About how much memory they take. */
    int bytes() {
        return bytes;
    }

    /**
     * @param object owned by this queue until it is polled
     */
    void add(HttpObject object) {
        if (waiting == null) {
            waiting = new ArrayDeque<>(4);
        }
        waiting.add(object);
        bytes += bytes(object);
    }

    /** The first of them, which is the caller's; there is one. */
    HttpObject poll() {
        var object = waiting.poll();
        bytes -= bytes(object);
        return object;
    }

    void release() {
        while (!isEmpty()) {
            ReferenceCountUtil.release(poll());
        }
    }

    private static int bytes(HttpObject object) {
        return BYTES_OF_A_MESSAGE
                + (object instanceof HttpContent content ? content.content().readableBytes() : 0);
    }
}
