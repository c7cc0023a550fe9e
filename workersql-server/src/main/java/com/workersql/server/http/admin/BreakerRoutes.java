// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.query.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /v1/admin/breakers}: may each server be called, and why not. {@code POST /v1/admin/breakers} with {@code shard},
 * {@code mode} and, where not all are meant, {@code server} and {@code gate}: an operator decides in their place.
 */
public final class BreakerRoutes {
    private static final List<String> MEMBERS = List.of("shard", "server", "gate", "mode");

    private final AdminDesk desk;

    /**
     * The routes.
     *
     * @param desk lets in whoever administers
     */
    public BreakerRoutes(AdminDesk desk) {
        this.desk = desk;
    }

    /** A breaker and what it guards. */
    private record Entry(Shard shard, ShardNode node, Gate gate) {
        CircuitBreaker breaker() {
            return shard.topology().gates(node).gate(gate);
        }

        boolean isMeant(Map<String, String> members) {
            return shard.name().equals(members.get("shard"))
                    && node.name().equals(members.getOrDefault("server", node.name()))
                    && gateName(gate).equals(members.getOrDefault("gate", gateName(gate)));
        }
    }

    private static String gateName(Gate gate) {
        return gate == Gate.CALL ? "calls" : "connects";
    }

    /**
     * All breakers.
     *
     * @param exchange the request
     */
    public void list(Exchange exchange) {
        desk.serve(exchange, () -> () -> answer(all()));
    }

    /**
     * Sets who decides.
     *
     * @param exchange the request
     */
    public void mode(Exchange exchange) {
        desk.serve(exchange, () -> {
            JsonBodies.checkMedia(exchange.request().headers());
            var members = AdminJson.members(exchange.body(), MEMBERS);
            if (!members.containsKey("shard") || !members.containsKey("mode")) {
                throw Refusal.malformed("the members \"shard\" and \"mode\" are needed");
            }
            var mode = mode(members.get("mode"));
            return () -> {
                var meant =
                        all().stream().filter(entry -> entry.isMeant(members)).toList();
                if (meant.isEmpty()) {
                    throw new IllegalArgumentException("there is no such breaker; GET lists those that there are");
                }
                var control = desk.administration().control();
                meant.forEach(entry -> control.mode(entry.shard(), entry.node(), entry.gate(), mode));
                return answer(meant);
            };
        });
    }

    private static BreakerMode mode(String name) throws Refusal {
        for (var mode : BreakerMode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
                return mode;
            }
        }
        throw Refusal.malformed("\"mode\" is none of automatic, metrics_only, forced_open and forced_closed");
    }

    private List<Entry> all() {
        var entries = new ArrayList<Entry>();
        for (var shard : desk.administration().control().shards()) {
            for (var node : shard.topology().nodes()) {
                entries.add(new Entry(shard, node, Gate.CALL));
                entries.add(new Entry(shard, node, Gate.CONNECT));
            }
        }
        return entries;
    }

    private static AdminDesk.Answer answer(List<Entry> entries) {
        return AdminDesk.Answer.ok(AdminJson.object(json -> {
            json.writeArrayFieldStart("breakers");
            for (var entry : entries) {
                write(json, entry);
            }
            json.writeEndArray();
        }));
    }

    private static void write(JsonGenerator json, Entry entry) throws IOException {
        var now = entry.breaker().snapshot();
        json.writeStartObject();
        json.writeStringField("shard", entry.shard().name());
        json.writeStringField("server", entry.node().name());
        json.writeStringField("role", ShardRoutes.role(entry.shard(), entry.node()));
        json.writeStringField("gate", gateName(entry.gate()));
        json.writeStringField("state", now.state().name().toLowerCase(Locale.ROOT));
        json.writeStringField("mode", now.mode().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("calls", now.calls());
        json.writeNumberField("failures", now.failures());
        json.writeNumberField("consecutiveFailures", now.consecutiveFailures());
        json.writeNumberField("retryAfterMillis", TimeUnit.NANOSECONDS.toMillis(now.retryAfterNanos()));
        json.writeNumberField("rejected", now.totalRejected());
        json.writeNumberField("opened", now.totalOpened());
        json.writeEndObject();
    }
}
