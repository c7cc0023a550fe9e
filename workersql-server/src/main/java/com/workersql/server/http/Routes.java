// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The paths that there are. A path is compared byte by byte: nothing is decoded, so that nothing can be spelled in two ways. A
 * template has at most one part in braces, which stands for one segment.
 */
final class Routes {
    private final Map<String, Entry> exact;
    private final List<Entry> templates;

    /**
     * A path and its methods.
     *
     * @param template the path, with the part in braces
     * @param prefix what stands before the brace; the whole path when there is none
     * @param suffix what stands behind it; null when there is none
     */
    private record Entry(String template, String prefix, String suffix, Map<HttpMethod, Route> methods) {
        static Entry of(String template) {
            int open = template.indexOf('{');
            return open < 0
                    ? new Entry(template, template, null, new LinkedHashMap<>())
                    : new Entry(
                            template,
                            template.substring(0, open),
                            template.substring(template.indexOf('}') + 1),
                            new LinkedHashMap<>());
        }

        /** The segment that stands for the part in braces; null when the path is not of this template. */
        String parameter(String path) {
            int end = path.length() - suffix.length();
            if (end <= prefix.length() || !path.startsWith(prefix) || !path.endsWith(suffix)) {
                return null;
            }
            var segment = path.substring(prefix.length(), end);
            return segment.indexOf('/') < 0 ? segment : null;
        }
    }

    /** A path that there is, as a request names it. */
    static final class Found {
        private final Entry entry;
        private final String parameter;

        private Found(Entry entry, String parameter) {
            this.entry = entry;
            this.parameter = parameter;
        }

        /** The template, for figures. */
        String template() {
            return entry.template();
        }

        /** The segment in place of the braces; null when there are none. */
        String parameter() {
            return parameter;
        }

        /** The route of a method; HEAD is answered as GET without the body. Null when the path has no such method. */
        Route route(HttpMethod method) {
            return entry.methods().get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
        }

        /** What the path allows, for the Allow header. */
        String allowed() {
            var names = new TreeSet<String>();
            entry.methods().keySet().forEach(method -> names.add(method.name()));
            if (names.contains("GET")) {
                names.add("HEAD");
            }
            names.add("OPTIONS");
            return String.join(", ", names);
        }
    }

    private Routes(Map<String, Entry> exact, List<Entry> templates) {
        this.exact = Map.copyOf(exact);
        this.templates = List.copyOf(templates);
    }

    static Builder builder() {
        return new Builder();
    }

    /** All methods with their templates. */
    Set<String> operations() {
        var all = new TreeSet<String>();
        Stream.concat(exact.values().stream(), templates.stream())
                .forEach(entry ->
                        entry.methods().keySet().forEach(method -> all.add(method.name() + " " + entry.template())));
        return all;
    }

    /** Finds a path; null when there is none. */
    Found find(String path) {
        var entry = exact.get(path);
        if (entry != null) {
            return new Found(entry, null);
        }
        for (var candidate : templates) {
            var parameter = candidate.parameter(path);
            if (parameter != null) {
                return new Found(candidate, parameter);
            }
        }
        return null;
    }

    /** Collects routes. */
    static final class Builder {
        private final Map<String, Entry> byTemplate = new LinkedHashMap<>();

        Builder add(HttpMethod method, Route route, String... paths) {
            for (var path : paths) {
                byTemplate.computeIfAbsent(path, Entry::of).methods().put(method, route);
            }
            return this;
        }

        Routes build() {
            var exact = new HashMap<String, Entry>();
            var templates = new ArrayList<Entry>();
            byTemplate.forEach((path, entry) -> {
                if (entry.suffix() == null) {
                    exact.put(path, entry);
                } else {
                    templates.add(entry);
                }
            });
            return new Routes(exact, templates);
        }
    }
}
