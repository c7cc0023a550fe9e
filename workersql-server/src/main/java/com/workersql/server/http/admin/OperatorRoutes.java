// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.query.Refusal;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /v1/admin/pins}: why sessions of all tenants keep connections, as {@code SHOW GATEWAY PINS} tells a tenant of its own;
 * {@code POST /v1/admin/disconnect}: what a user has open ends; {@code POST /v1/admin/drain}: the gateway stops.
 */
public final class OperatorRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorRoutes.class);
    private static final String USER = "user";
    private static final String TENANT = "tenant";

    private final AdminDesk desk;

    /**
     * The routes.
     *
     * @param desk lets in whoever administers
     */
    public OperatorRoutes(AdminDesk desk) {
        this.desk = desk;
    }

    /**
     * One entry for each reason for which a session keeps a connection.
     *
     * @param exchange the request
     */
    public void pins(Exchange exchange) {
        desk.serve(exchange, () -> () -> {
            var control = desk.administration().control();
            var sessions = control.sessions();
            return AdminDesk.Answer.ok(AdminJson.object(json -> {
                json.writeArrayFieldStart("pins");
                for (var session : sessions) {
                    for (var pin : session.pins()) {
                        json.writeStartObject();
                        json.writeNumberField("session", session.id());
                        json.writeStringField("user", session.user());
                        json.writeStringField("host", session.host());
                        AdminJson.optional(json, "shard", session.shard());
                        json.writeStringField("reason", pin.reason().name());
                        AdminJson.optional(json, "statement", pin.fingerprint());
                        json.writeNumberField("ageMillis", control.ageMillis(pin.sinceNanos()));
                        json.writeEndObject();
                    }
                }
                json.writeEndArray();
            }));
        });
    }

    /**
     * Ends all sessions and WebSockets of a user of this gateway, or of the one of that name of a tenant. Who did it stands in the
     * log.
     *
     * @param exchange the request
     */
    public void disconnect(Exchange exchange) {
        desk.serveKnown(exchange, who -> {
            JsonBodies.checkMedia(exchange.request().headers());
            var members = AdminJson.members(exchange.body(), List.of(USER, TENANT));
            var user = members.get(USER);
            if (user == null) {
                throw Refusal.malformed("the member \"user\" is missing");
            }
            var tenant = members.get(TENANT);
            return () -> {
                var ended = desk.administration()
                        .control()
                        .disconnect(principal ->
                                principal.user().equals(user) && (tenant == null || tenant.equals(principal.tenant())));
                LOG.warn(
                        "{} has ended {} WebSockets and {} sessions of the user {} of {} (request {})",
                        who,
                        ended.sockets(),
                        ended.sessions(),
                        user,
                        tenant == null ? "any tenant" : "tenant " + tenant,
                        exchange.requestId());
                return AdminDesk.Answer.ok(AdminJson.object(json -> {
                    json.writeStringField(USER, user);
                    AdminJson.optional(json, TENANT, tenant);
                    json.writeNumberField("sockets", ended.sockets());
                    json.writeNumberField("sessions", ended.sessions());
                }));
            };
        });
    }

    /**
     * Stops the gateway in order: nobody is let in any more, what was begun may end. This request is answered first.
     *
     * @param exchange the request
     */
    public void drain(Exchange exchange) {
        desk.serve(exchange, () -> () -> {
            int millis = desk.administration().control().drain();
            return new AdminDesk.Answer(HttpResponseStatus.ACCEPTED, AdminJson.object(json -> {
                json.writeBooleanField("draining", true);
                json.writeNumberField("drainMillis", millis);
            }));
        });
    }
}
