// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.peers;

import com.workersql.server.error.GatewayError;
import com.workersql.server.gateways.Peers;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.RequestIds;
import com.workersql.server.http.session.StatementDesk;
import io.netty.buffer.ByteBufUtil;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Passes requests on to the gateways on which their sessions live, with the client's own credentials. A request that was passed on
 * once is not passed on again. Safe for all threads.
 */
public final class PassingOn implements StatementDesk.Passage {
    private static final String PASSED_BY = "workersql-passed-by";

    /** What the routes of sessions read. */
    private static final List<String> HEADERS = List.of(
            "accept",
            "authorization",
            "content-encoding",
            "content-type",
            "prefer",
            "traceparent",
            "tracestate",
            "user-agent",
            "x-api-key");

    private final Peers peers;
    private final int silenceMillis;

    /**
     * A way.
     *
     * @param peers the other gateways
     * @param maxStatementMillis how long a statement may run there before the first byte of its answer, and between two
     */
    public PassingOn(Peers peers, int maxStatementMillis) {
        this.peers = peers;
        this.silenceMillis = maxStatementMillis + peers.timeoutMillis();
    }

    @Override
    public boolean take(Exchange exchange, int gateway, Consumer<GatewayError> failed) {
        var headers = exchange.request().headers();
        var address = gateway == peers.number() || headers.contains(PASSED_BY) ? null : peers.address(gateway);
        if (address == null) {
            return false;
        }
        var request = HttpRequest.newBuilder(address.resolve(exchange.path()))
                .timeout(Duration.ofMillis(silenceMillis))
                .POST(HttpRequest.BodyPublishers.ofByteArray(ByteBufUtil.getBytes(exchange.body())))
                .header(PASSED_BY, Integer.toString(peers.number()))
                .header(RequestIds.HEADER, exchange.requestId());
        for (var name : HEADERS) {
            headers.getAll(name).forEach(value -> request.header(name, value));
        }
        var answer =
                new PassedAnswer(exchange, silenceMillis, failure -> failed.accept(peers.unanswered(gateway, failure)));
        answer.follow(peers.send(request.build(), answer));
        return true;
    }
}
