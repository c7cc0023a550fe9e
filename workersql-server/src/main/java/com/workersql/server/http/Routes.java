// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** The paths that there are. A path is compared byte by byte: nothing is decoded, so that nothing can be spelled in two ways. */
final class Routes {
    private final Map<String, Map<HttpMethod, Route>> byPath;

    private Routes(Map<String, Map<HttpMethod, Route>> byPath) {
        this.byPath = Map.copyOf(byPath);
    }

    static Builder builder() {
        return new Builder();
    }

    /** Whether there is such a path. */
    boolean has(String path) {
        return byPath.containsKey(path);
    }

    /** The route of a method; HEAD is answered as GET without the body. Null when the path has no such method. */
    Route find(String path, HttpMethod method) {
        var methods = byPath.get(path);
        return methods == null ? null : methods.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
    }

    /** What the path allows, for the Allow header. */
    String allowed(String path) {
        var names = new TreeSet<String>();
        byPath.getOrDefault(path, Map.of()).keySet().forEach(method -> names.add(method.name()));
        if (names.contains("GET")) {
            names.add("HEAD");
        }
        names.add("OPTIONS");
        return String.join(", ", names);
    }

    /** Collects routes. */
    static final class Builder {
        private final Map<String, Map<HttpMethod, Route>> byPath = new HashMap<>();

        Builder add(HttpMethod method, Route route, String... paths) {
            for (var path : paths) {
                byPath.computeIfAbsent(path, p -> new LinkedHashMap<>()).put(method, route);
            }
            return this;
        }

        Routes build() {
            return new Routes(byPath);
        }
    }
}
