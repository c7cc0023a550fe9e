// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * Who asks to be let in, before anything is proven.
 *
 * @param address the peer's host, for the text of error 1045 and for rules by address; never null
 * @param tls whether the connection is encrypted
 * @param attributes the client's connection attributes, never null
 */
public record Peer(String address, boolean tls, Map<String, String> attributes) {
    public Peer {
        requireNonNull(address, "address");
        attributes = Map.copyOf(attributes);
    }
}
