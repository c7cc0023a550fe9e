// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.protocol.frame.Reservation;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.HttpRefusals.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;

/**
 * The bodies of a connection's requests, one at a time: each within its limit, and of memory that is reserved before it is gathered.
 * Confined to the channel's event loop.
 */
final class RequestBody {
    private final HttpSettings settings;
    private final Reservation budget;
    private ByteBuf gathered;
    private int reservedBytes;

    /**
     * @param budget is asked before a body is gathered
     */
    RequestBody(HttpSettings settings, Reservation budget) {
        this.settings = settings;
        this.budget = budget;
    }

    /**
     * Takes the next part.
     *
     * @param part stays the caller's
     * @param last whether the body ends with it
     * @return why the request is refused; null where it is not
     */
    Refused add(ByteBuf part, boolean last, ByteBufAllocator alloc) {
        int bytes = part.readableBytes();
        if ((gathered == null ? 0 : gathered.readableBytes()) + bytes > settings.maxBodyBytes()) {
            return HttpRefusals.tooLarge(settings);
        }
        if (!budget.tryReserve(bytes)) {
            return Refused.of(
                    ErrorClass.UNAVAILABLE,
                    "The memory for statements is exhausted (limits.statement_budget_bytes); try again");
        }
        reservedBytes += bytes;
        if (gathered == null && last) {
            gathered = part.retain();
        } else if (bytes > 0) {
            gathered = gathered == null ? alloc.buffer(bytes) : gathered;
            gathered.writeBytes(part);
        }
        return null;
    }

    /** The whole body, which is the caller's from here on; its memory stays reserved until {@link #answered}. */
    ByteBuf take() {
        var whole = gathered == null ? Unpooled.EMPTY_BUFFER : gathered;
        gathered = null;
        return whole;
    }

    /** The request was answered. */
    void answered() {
        budget.release(reservedBytes);
        reservedBytes = 0;
    }

    /** The connection has ended. */
    void close() {
        ReferenceCountUtil.release(gathered);
        gathered = null;
        answered();
    }
}
