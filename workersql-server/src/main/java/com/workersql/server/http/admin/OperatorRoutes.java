// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.server.http.Exchange;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * {@code GET /v1/admin/pins}: why sessions of all tenants keep connections, as {@code SHOW GATEWAY PINS} tells a tenant of its own;
 * {@code POST /v1/admin/drain}: the gateway stops.
 */
public final class OperatorRoutes {
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
