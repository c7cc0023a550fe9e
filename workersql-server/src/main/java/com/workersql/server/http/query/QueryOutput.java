// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;

/**
 * Where the JSON of one answer goes. All calls come on the session's event loop; the last one is {@link #complete}, {@link #fail}
 * or {@link #abandoned}, exactly once. Buffers are owned by the output from the call on.
 */
public interface QueryOutput {
    /**
     * Whether the client has read enough for more to be produced.
     *
     * @return false stops the shard's rows until {@link QueryRun#writable} says otherwise
     */
    boolean isWritable();

    /**
     * A part of the document, in order.
     *
     * @param json the part
     */
    void write(ByteBuf json);

    /**
     * The statement went well, and this is the end of the document.
     *
     * @param json the last part
     */
    void complete(ByteBuf json);

    /**
     * The statement failed.
     *
     * @param error why
     * @param tail ends the document that was begun, naming the error; of use only when a part of it has left already
     */
    void fail(GatewayError error, ByteBuf tail);

    /** Nobody wants the answer any more. */
    void abandoned();
}
