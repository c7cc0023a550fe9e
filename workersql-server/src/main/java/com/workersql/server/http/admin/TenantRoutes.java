// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.tenants.TenantChanges;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;

/**
 * {@code GET} and {@code POST /v1/admin/tenants}, {@code DELETE /v1/admin/tenants/{name}}: the tenants of the gateway. What is
 * answered is in force.
 */
public final class TenantRoutes {
    private static final List<String> MEMBERS = List.of("name", "password", "shard", "existingData");
    private static final String DROP_DATA = "dropData";

    private final AdminDesk desk;

    /**
     * The routes.
     *
     * @param desk lets in whoever administers
     */
    public TenantRoutes(AdminDesk desk) {
        this.desk = desk;
    }

    /**
     * Lists the tenants.
     *
     * @param exchange the request
     */
    public void list(Exchange exchange) {
        desk.serve(exchange, () -> {
            var tenants = tenants();
            return () -> AdminDesk.Answer.ok(AdminJson.object(json -> {
                json.writeArrayFieldStart("tenants");
                for (var tenant : tenants.list().toList()) {
                    json.writeStartObject();
                    json.writeStringField("name", tenant.name());
                    json.writeStringField("state", tenant.state());
                    json.writeStringField("shard", tenant.shard());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }));
        });
    }

    /**
     * Adds a tenant.
     *
     * @param exchange the request
     */
    public void add(Exchange exchange) {
        desk.serve(exchange, () -> {
            var tenants = tenants();
            JsonBodies.checkMedia(exchange.request().headers());
            var members = AdminJson.members(exchange.body(), MEMBERS);
            if (!members.containsKey("name")) {
                throw Refusal.malformed("the member \"name\" is missing");
            }
            var request = new TenantChanges.Request(
                    members.get("name"),
                    members.get("password"),
                    members.get("shard"),
                    flag("existingData", members.getOrDefault("existingData", "false")));
            return () -> {
                var added = tenants.add(request);
                return new AdminDesk.Answer(HttpResponseStatus.CREATED, AdminJson.object(json -> {
                    json.writeStringField("name", added.name());
                    json.writeStringField("shard", added.shard());
                    json.writeStringField("database", added.database());
                    json.writeStringField("user", added.name());
                    // Shown this once, and only where the client does not know it.
                    if (request.password() == null) {
                        json.writeStringField("password", added.password());
                    }
                    json.writeStringField("policyVersion", added.policyVersion());
                }));
            };
        });
    }

    /**
     * Drops a tenant, and its data where {@code ?dropData=true} says so.
     *
     * @param exchange the request
     */
    public void drop(Exchange exchange) {
        desk.serve(exchange, () -> {
            var tenants = tenants();
            String name = exchange.parameter();
            Map<String, List<String>> query =
                    new QueryStringDecoder(exchange.request().uri()).parameters();
            for (var given : query.keySet()) {
                if (!given.equals(DROP_DATA)) {
                    throw Refusal.malformed("unknown parameter \"" + given + "\"; allowed is " + DROP_DATA);
                }
            }
            boolean dropData = query.containsKey(DROP_DATA)
                    && flag(DROP_DATA, query.get(DROP_DATA).get(0));
            return () -> {
                tenants.drop(name, dropData);
                return AdminDesk.Answer.ok(AdminJson.object(json -> {
                    json.writeStringField("name", name);
                    json.writeBooleanField("dataDropped", dropData);
                }));
            };
        });
    }

    private TenantChanges tenants() throws Refusal {
        var tenants = desk.administration().tenants();
        if (tenants == null) {
            throw new Refusal(Refusal.error(
                    ErrorClass.UNSUPPORTED, "The configuration has no tenants_file to keep added tenants in"));
        }
        return tenants;
    }

    private static boolean flag(String name, String value) throws Refusal {
        if (!value.equals("true") && !value.equals("false")) {
            throw Refusal.malformed(name + " must be true or false");
        }
        return value.equals("true");
    }
}
