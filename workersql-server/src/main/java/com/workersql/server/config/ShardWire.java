// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Section;

/**
 * What connections to a shard are like below the MySQL protocol.
 *
 * @param proxyProtocol the PROXY header that they begin by; it tells the gateway's own address, since they serve many clients
 */
public record ShardWire(ProxyVersion proxyProtocol) {
    /** As plain as they can be. */
    public static final ShardWire PLAIN = new ShardWire(ProxyVersion.OFF);

    /** A version of the PROXY protocol. */
    public enum ProxyVersion {
        /** No header. */
        OFF,
        /** One line of text. */
        V1,
        /** Binary. */
        V2
    }

    static ShardWire read(Section shard) {
        return new ShardWire(shard.choice("proxy_protocol", ProxyVersion.class, ProxyVersion.OFF));
    }
}
