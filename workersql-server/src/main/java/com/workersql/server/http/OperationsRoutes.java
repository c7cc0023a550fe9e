// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What whoever operates the gateway asks: is it alive, is it ready, how is it, what are its figures. */
final class OperationsRoutes {
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private static final byte[] OPEN_API = openApi();

    private final HealthView health;
    private final PrometheusMeterRegistry registry;

    OperationsRoutes(HealthView health, PrometheusMeterRegistry registry) {
        this.health = health;
        this.registry = registry;
    }

    /** Exactly four members, as existing clients read them. */
    void health(Exchange exchange) {
        var now = health.now();
        boolean all = now.reachable() >= now.shards();
        boolean none = now.reachable() == 0;
        var status = none ? "unhealthy" : all && now.ready() ? "healthy" : "degraded";
        var database = none ? "disconnected" : all ? "connected" : "degraded";
        var cache = now.keepsAnswers() ? "enabled" : "disabled";
        var body = "{\"status\":\"" + status + "\",\"database\":\"" + database + "\",\"cache\":\"" + cache
                + "\",\"timestamp\":\"" + Instant.now().truncatedTo(ChronoUnit.MILLIS) + "\"}";
        respond(exchange, !none, body);
    }

    /** The process answers. */
    void alive(Exchange exchange) {
        respond(exchange, true, "{\"status\":\"alive\"}");
    }

    /** New work is welcome, and some of it can be done. */
    void ready(Exchange exchange) {
        var now = health.now();
        boolean ready = now.ready() && now.reachable() > 0;
        var reason = ready ? "ready" : now.ready() ? "no primary can be reached" : "draining";
        respond(exchange, ready, "{\"status\":\"" + reason + "\"}");
    }

    /** The figures in Prometheus' text format. */
    void metrics(Exchange exchange) {
        exchange.respond(HttpResponseStatus.OK, PROMETHEUS, registry.scrape());
    }

    /** The description of the API (OpenAPI 3.1). */
    void openApi(Exchange exchange) {
        exchange.respond(HttpResponseStatus.OK, JSON, Unpooled.wrappedBuffer(OPEN_API));
    }

    private static byte[] openApi() {
        try (var in = OperationsRoutes.class.getResourceAsStream("openapi.json")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the description of the API cannot be read", e);
        }
    }

    private static void respond(Exchange exchange, boolean good, String json) {
        exchange.respond(good ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, JSON, json);
    }
}
