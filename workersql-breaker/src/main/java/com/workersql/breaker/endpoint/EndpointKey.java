// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import java.util.Objects;

/**
 * Names an endpoint in a role. An endpoint that changes its role gets new gates: what it did as a replica says nothing
 * about it as a primary.
 *
 * @param endpoint any name that is unique among the endpoints, such as {@code host:port}; not null
 * @param role not null
 */
public record EndpointKey(String endpoint, Role role) {
    /** Checks for null. */
    public EndpointKey {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(role, "role");
    }

    @Override
    public String toString() {
        return endpoint + " as " + (role == Role.PRIMARY ? "primary" : "replica");
    }
}
