// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.QueryOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * The answer of one statement on its way to the client: its beginning is held back, so that an error found until then has its own
 * status. Confined to the exchange's event loop.
 */
public final class HeldAnswer implements QueryOutput {
    private final Exchange exchange;
    private final String contentType;
    private final int heldBytes;
    private final Runnable ended;

    /** Made for the first part: an answer may be refused before it begins, without a word to this class. */
    private CompositeByteBuf held;

    private boolean began;

    /**
     * An answer that has not begun.
     *
     * @param exchange gets it
     * @param contentType the type of an answer that goes well
     * @param heldBytes how much is held back
     * @param ended called once, when nothing more comes
     */
    public HeldAnswer(Exchange exchange, String contentType, int heldBytes, Runnable ended) {
        this.exchange = exchange;
        this.contentType = contentType;
        this.heldBytes = heldBytes;
        this.ended = ended;
    }

    @Override
    public boolean isWritable() {
        return exchange.isWritable();
    }

    @Override
    public void write(ByteBuf part) {
        if (began) {
            exchange.write(part);
            return;
        }
        hold(part);
        if (held.readableBytes() >= heldBytes) {
            began = true;
            exchange.timing("db");
            exchange.begin(HttpResponseStatus.OK, contentType);
            exchange.write(takeHeld());
        }
    }

    @Override
    public void complete(ByteBuf last) {
        complete(HttpResponseStatus.OK, last);
    }

    /**
     * The document has come to its end.
     *
     * @param status the status, where the beginning is still held back
     * @param last the last part
     */
    public void complete(HttpResponseStatus status, ByteBuf last) {
        if (began) {
            exchange.end(last);
        } else {
            hold(last);
            exchange.timing("db");
            exchange.respond(status, contentType, takeHeld());
        }
        ended.run();
    }

    @Override
    public void fail(GatewayError error, ByteBuf tail) {
        if (began) {
            exchange.abort(tail);
        } else {
            tail.release();
            releaseHeld();
            exchange.timing("db");
            exchange.refuse(error);
        }
        ended.run();
    }

    @Override
    public void abandoned() {
        releaseHeld();
        ended.run();
    }

    private void hold(ByteBuf part) {
        if (held == null) {
            held = exchange.channel().alloc().compositeBuffer();
        }
        held.addComponent(true, part);
    }

    private void releaseHeld() {
        if (held != null) {
            takeHeld().release();
        }
    }

    private ByteBuf takeHeld() {
        var taken = held;
        held = null;
        return taken;
    }
}
