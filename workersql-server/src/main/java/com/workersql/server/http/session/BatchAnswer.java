// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.HeldAnswer;
import com.workersql.server.http.query.ErrorDocument;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryOutput;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * The answer to a batch: one object, whose {@code results} are the answers of its statements in their order. Confined to the
 * exchange's event loop.
 */
final class BatchAnswer {
    private final Exchange exchange;
    private final HeldAnswer out;
    private final long startNanos;
    private boolean open;
    private GatewayError firstError;

    BatchAnswer(Exchange exchange, int heldBytes) {
        this.exchange = exchange;
        this.out = new HeldAnswer(exchange, "application/json", heldBytes, () -> {});
        this.startNanos = nanoTime();
    }

    private long nanoTime() {
        return exchange.channel().eventLoop().ticker().nanoTime();
    }

    private ByteBuf part() {
        return exchange.channel().alloc().buffer(128);
    }

    /**
     * The place of the next answer.
     *
     * @param id what the client calls the statement, as JSON text, or null
     * @param shown whether the answer is part of the document; of one that is not, an error counts all the same
     */
    QueryOutput next(String id, boolean shown) {
        return new QueryOutput() {
            private boolean begun;

            @Override
            public boolean isWritable() {
                return out.isWritable();
            }

            @Override
            public void write(ByteBuf json) {
                if (shown) {
                    begin(json);
                    out.write(json);
                } else {
                    json.release();
                }
            }

            /** An answer is an object: the id goes in behind its brace. */
            private void begin(ByteBuf json) {
                if (begun) {
                    return;
                }
                begun = true;
                var head = part();
                JsonOutput.raw(head, open ? "," : "{\"results\":[");
                open = true;
                if (id != null) {
                    json.skipBytes(1);
                    JsonOutput.raw(head, "{\"id\":");
                    JsonOutput.json(head, id);
                    head.writeByte(',');
                }
                out.write(head);
            }

            @Override
            public void complete(ByteBuf json) {
                write(json);
            }

            @Override
            public void fail(GatewayError error, ByteBuf tail) {
                if (firstError == null) {
                    firstError = error;
                }
                if (shown) {
                    write(tail.isReadable() ? tail : failure(error, tail));
                } else {
                    tail.release();
                }
            }

            /** A statement that was never begun has no document to end. */
            private ByteBuf failure(GatewayError error, ByteBuf empty) {
                empty.release();
                var json = part();
                JsonOutput.raw(json, "{\"success\":false,\"error\":");
                ErrorDocument.of(error, exchange.requestId()).writeError(json);
                return json.writeByte('}');
            }

            @Override
            public void abandoned() {
                out.abandoned();
            }
        };
    }

    /**
     * Ends the document.
     *
     * @param atomic whether one error makes all of it an error
     */
    void finish(boolean atomic) {
        var tail = part();
        JsonOutput.raw(tail, open ? "]" : "{\"results\":[]");
        JsonOutput.raw(tail, ",\"totalExecutionTime\":");
        JsonOutput.millis(tail, nanoTime() - startNanos);
        JsonOutput.raw(tail, ",\"meta\":{\"requestId\":");
        JsonOutput.string(tail, exchange.requestId());
        JsonOutput.raw(tail, "}");
        boolean failed = atomic && firstError != null;
        if (failed) {
            JsonOutput.raw(tail, ",\"error\":");
            ErrorDocument.of(firstError, exchange.requestId()).writeError(tail);
        }
        JsonOutput.raw(tail, ",\"success\":" + (firstError == null) + "}");
        out.complete(
                failed ? HttpResponseStatus.valueOf(firstError.errorClass().httpStatus()) : HttpResponseStatus.OK,
                tail);
    }
}
