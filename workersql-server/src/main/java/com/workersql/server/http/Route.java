// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

/** Answers the requests of a path and method. */
@FunctionalInterface
public interface Route {
    /**
     * Answers a request, now or later.
     *
     * @param exchange the request with its whole body; must be answered exactly once
     */
    void handle(Exchange exchange);
}
