// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.workersql.pool.EndpointStats;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.http.Exchange;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code GET /v1/admin/shards} and {@code GET /v1/admin/pools}: the shards with their servers, and the connections to each. */
public final class ShardRoutes {
    private final AdminDesk desk;

    /**
     * The routes.
     *
     * @param desk lets in whoever administers
     */
    public ShardRoutes(AdminDesk desk) {
        this.desk = desk;
    }

    /**
     * The shards, who of their servers takes writes, and how each of them is.
     *
     * @param exchange the request
     */
    public void shards(Exchange exchange) {
        desk.serve(exchange, () -> () -> {
            var control = desk.administration().control();
            return AdminDesk.Answer.ok(AdminJson.object(json -> {
                json.writeArrayFieldStart("shards");
                for (var shard : control.shards()) {
                    write(json, shard, control);
                }
                json.writeEndArray();
            }));
        });
    }

    private static void write(JsonGenerator json, Shard shard, GatewayControl control) throws IOException {
        var topology = shard.topology();
        var primary = control.health(shard.primary());
        json.writeStartObject();
        json.writeStringField("name", shard.name());
        json.writeStringField("primary", topology.primary().name());
        json.writeBooleanField("reachable", topology.trouble() == null && primary != null && primary.isUp());
        AdminJson.optional(json, "trouble", topology.trouble());
        json.writeArrayFieldStart("servers");
        for (var node : topology.nodes()) {
            write(json, shard, node, control);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Shard shard, ShardNode node, GatewayControl control)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("server", node.name());
        json.writeStringField("role", role(shard, node));
        var health = control.health(node.endpoint());
        json.writeStringField(
                "state", health == null ? "unknown" : health.state().name().toLowerCase(Locale.ROOT));
        if (health != null) {
            AdminJson.optional(json, "fault", health.fault());
            if (health.report() != null) {
                json.writeStringField("version", health.report().identity().versionText());
            }
            if (health.roundTripNanos() >= 0) {
                json.writeNumberField("roundTripMicros", TimeUnit.NANOSECONDS.toMicros(health.roundTripNanos()));
            }
        }
        json.writeNumberField("statements", node.load().inFlight());
        long lagMillis = control.lagMillis(node);
        if (!node.equals(shard.topology().primary()) && lagMillis >= 0) {
            json.writeNumberField("lagMillis", lagMillis);
        }
        json.writeEndObject();
    }

    static String role(Shard shard, ShardNode node) {
        return node.equals(shard.topology().primary()) ? "primary" : "replica";
    }

    /**
     * The connections to each server, and what became of those before them.
     *
     * @param exchange the request
     */
    public void pools(Exchange exchange) {
        desk.serve(
                exchange,
                () -> () -> AdminDesk.Answer.ok(AdminJson.object(json -> {
                    json.writeArrayFieldStart("pools");
                    for (var shard : desk.administration().control().shards()) {
                        for (var node : shard.topology().nodes()) {
                            write(json, shard.name(), node.name(), shard.pool().stats(node.endpoint()));
                        }
                    }
                    json.writeEndArray();
                })));
    }

    private static void write(JsonGenerator json, String shard, String server, EndpointStats stats) throws IOException {
        json.writeStartObject();
        json.writeStringField("shard", shard);
        json.writeStringField("server", server);
        json.writeNumberField("limit", stats.limit());
        json.writeNumberField("open", stats.open());
        json.writeNumberField("idle", stats.idle());
        json.writeNumberField("lent", stats.lent());
        json.writeNumberField("pinned", stats.pinned());
        json.writeNumberField("connecting", stats.connecting());
        json.writeNumberField("waiting", stats.waiting());
        json.writeNumberField("controlConnections", stats.controlConnections());
        json.writeNumberField("opened", stats.opened());
        json.writeNumberField("connectFailures", stats.connectFailures());
        json.writeNumberField("resets", stats.resets());
        json.writeNumberField("rollbacks", stats.rollbacks());
        json.writeNumberField("acquireTimeouts", stats.acquireTimeouts());
        json.writeNumberField("acquireRejected", stats.acquireRejected());
        counts(json, "acquired", stats.acquired());
        counts(json, "closed", stats.closed());
        json.writeEndObject();
    }

    private static void counts(JsonGenerator json, String name, Map<? extends Enum<?>, Long> counts)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (var count : counts.entrySet()) {
            json.writeNumberField(count.getKey().name().toLowerCase(Locale.ROOT), count.getValue());
        }
        json.writeEndObject();
    }
}
