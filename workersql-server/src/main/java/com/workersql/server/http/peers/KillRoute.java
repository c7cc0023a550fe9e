// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.peers;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.gateways.KillOrder;
import com.workersql.server.gateways.PeerSeal;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.Route;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.SessionRegistry;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /v1/peers/kill}: a KILL that another gateway got for a session of this one. Answers nobody but gateways. */
public final class KillRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(KillRoute.class);

    private final PeerSeal seal;
    private final SessionRegistry registry;

    /**
     * The route.
     *
     * @param seal proves that a gateway asks
     * @param registry the sessions of this gateway
     */
    public KillRoute(PeerSeal seal, SessionRegistry registry) {
        this.seal = seal;
        this.registry = registry;
    }

    @Override
    public void handle(Exchange exchange) {
        byte[] document = ByteBufUtil.getBytes(exchange.body());
        var fault = seal.fault(exchange.request().headers().get(PeerSeal.HEADER), document);
        if (fault != null) {
            LOG.warn("A request to {} from {} is refused: {}", KillOrder.PATH, exchange.clientHost(), fault);
            exchange.refuse(GatewayError.refused(1045, "28000", "Access denied: this path is for other gateways"));
            return;
        }
        try {
            kill(exchange, KillOrder.read(document));
        } catch (IOException e) {
            exchange.refuse(Refusal.error(ErrorClass.SYNTAX, "The order cannot be read: " + e.getMessage()));
        }
    }

    private void kill(Exchange exchange, KillOrder order) {
        int gateway = SessionRegistry.gatewayOf(order.session());
        if (gateway != registry.gatewayNumber()) {
            exchange.refuse(Refusal.error(
                    ErrorClass.MISDIRECTED,
                    "The session is of gateway " + gateway + ", and this is number " + registry.gatewayNumber()));
            return;
        }
        var loop = exchange.channel().eventLoop();
        registry.kill(order.session(), order.queryOnly(), order.tenant(), loop, error -> {
            if (error == null) {
                exchange.respond(HttpResponseStatus.OK, "application/json", "{\"success\":true}");
            } else {
                exchange.refuse(HttpResponseStatus.GONE, error);
            }
        });
    }
}
