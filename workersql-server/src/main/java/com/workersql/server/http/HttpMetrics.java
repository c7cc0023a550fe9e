// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the HTTP door counts. Safe for all threads. The paths are those of the routes, so that their number is bounded. */
final class HttpMetrics {
    private final MeterRegistry registry;
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();

    HttpMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("workersql.http.connections", connections, AtomicInteger::get)
                .description("Open connections that speak HTTP")
                .register(registry);
    }

    /** Counts a connection in; gives how many there are now. */
    int connected() {
        return connections.incrementAndGet();
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    void answered(String path, int status, long nanos) {
        timers.computeIfAbsent(path + ' ' + status, key -> timer(path, status)).record(Duration.ofNanos(nanos));
    }

    private Timer timer(String path, int status) {
        return Timer.builder("workersql.http.requests")
                .description("Requests from their headers to the end of their answer")
                .tag("path", path)
                .tag("status", Integer.toString(status))
                .register(registry);
    }
}
