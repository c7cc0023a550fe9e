// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.protocol.frame.Reservation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** Joins the frames of one message after the other, within limits. Confined to the channel's event loop. */
final class FramedMessage {
    private final int maxFragments;
    private final Reservation reservation;
    private ByteBuf gathered;
    private int fragments;

    /** Why a message is not taken. Carries no stack trace: it is an answer. */
    static final class Excess extends Exception {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // Never serialized: it does not leave the gateway.
        private final transient WebSocketCloseStatus status;

        private Excess(WebSocketCloseStatus status, String message) {
            super(message, null, false, false);
            this.status = status;
        }

        /** What the socket is closed with. */
        WebSocketCloseStatus status() {
            return status;
        }
    }

    /** @param reservation is asked before a frame is kept */
    FramedMessage(int maxFragments, Reservation reservation) {
        this.maxFragments = maxFragments;
        this.reservation = reservation;
    }

    /**
     * Takes a frame.
     *
     * @param frame of text, or one that continues it; stays the caller's
     * @param maxBytes how long a message of several frames may be
     * @return the message, when this was its last frame, for the caller to release; else null
     */
    ByteBuf add(WebSocketFrame frame, int maxBytes, ByteBufAllocator alloc) throws Excess {
        var content = frame.content();
        if (gathered == null && frame.isFinalFragment()) {
            return content.retain();
        }
        fragments++;
        int size = (gathered == null ? 0 : gathered.readableBytes()) + content.readableBytes();
        if (size > maxBytes) {
            throw new Excess(WebSocketCloseStatus.MESSAGE_TOO_BIG, "A message may have " + maxBytes + " bytes");
        }
        if (fragments > maxFragments) {
            throw new Excess(WebSocketCloseStatus.POLICY_VIOLATION, "A message may have " + maxFragments + " frames");
        }
        if (!reservation.tryReserve(content.readableBytes())) {
            throw new Excess(
                    WebSocketCloseStatus.TRY_AGAIN_LATER,
                    "The memory for statements is exhausted (limits.statement_budget_bytes)");
        }
        gathered = gathered == null ? alloc.buffer(content.readableBytes()) : gathered;
        gathered.writeBytes(content);
        if (!frame.isFinalFragment()) {
            return null;
        }
        var whole = gathered.retain();
        drop();
        return whole;
    }

    /** Gives up what has come of a message. */
    void drop() {
        if (gathered != null) {
            reservation.release(gathered.readableBytes());
            gathered.release();
            gathered = null;
            fragments = 0;
        }
    }
}
