// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.server.config.yaml.Section;

/**
 * What connections to a shard are like below the MySQL protocol.
 *
 * @param proxyProtocol the PROXY header that they begin by; it tells the gateway's own address, since they serve many clients
 * @param compress what they are compressed by, where the server can do that too
 */
public record ShardWire(ProxyVersion proxyProtocol, Compress compress) {
    /** As plain as they can be. */
    public static final ShardWire PLAIN = new ShardWire(ProxyVersion.OFF, Compress.OFF);

    /** By what connections are compressed. */
    public enum Compress {
        /** By nothing. */
        OFF(null),
        /** By zlib. */
        ZLIB(CompressionAlgorithm.ZLIB),
        /** By zstd, which MySQL can and MariaDB cannot. */
        ZSTD(CompressionAlgorithm.ZSTD);

        private final CompressionAlgorithm algorithm;

        Compress(CompressionAlgorithm algorithm) {
            this.algorithm = algorithm;
        }

        /** The algorithm; null for none. */
        public CompressionAlgorithm algorithm() {
            return algorithm;
        }
    }

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
        return new ShardWire(
                shard.choice("proxy_protocol", ProxyVersion.class, ProxyVersion.OFF),
                shard.choice("compress", Compress.class, Compress.OFF));
    }
}
