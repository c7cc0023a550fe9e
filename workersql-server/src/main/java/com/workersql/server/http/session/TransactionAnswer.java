// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryOutput;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/** The answer to BEGIN, COMMIT or ROLLBACK: that it went well, and of which transaction. Confined to the exchange's event loop. */
final class TransactionAnswer implements QueryOutput {
    private final Exchange exchange;
    private final String transactionId;
    private final boolean last;

    /**
     * @param last whether the request is answered when the statement has gone well, and not only when it fails
     */
    TransactionAnswer(Exchange exchange, String transactionId, boolean last) {
        this.exchange = exchange;
        this.transactionId = transactionId;
        this.last = last;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void write(ByteBuf part) {
        part.release();
    }

    @Override
    public void complete(ByteBuf part) {
        part.release();
        if (last) {
            var body = exchange.channel().alloc().buffer(128);
            JsonOutput.raw(body, "{\"transactionId\":");
            JsonOutput.string(body, transactionId);
            JsonOutput.raw(body, ",\"meta\":{\"requestId\":");
            JsonOutput.string(body, exchange.requestId());
            JsonOutput.raw(body, "},\"success\":true}");
            exchange.respond(HttpResponseStatus.OK, "application/json", body);
        }
    }

    @Override
    public void fail(GatewayError error, ByteBuf tail) {
        tail.release();
        exchange.refuse(error);
    }

    @Override
    public void abandoned() {
        // Nobody is there to be answered.
    }
}
