// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.nio.file.Path;

/**
 * TLS towards a shard.
 *
 * @param mode default {@link Mode#OFF}
 * @param ca a PEM file of the authorities that are trusted; null for those of the Java runtime
 */
public record ShardTls(Mode mode, Path ca) {
    /** No TLS. */
    public static final ShardTls NONE = new ShardTls(Mode.OFF, null);

    /** How much of the server is checked. */
    public enum Mode {
        /** Plain TCP. */
        OFF,
        /** Encrypted, the certificate is not looked at: no protection from somebody in between. */
        REQUIRED,
        /** Encrypted, and the certificate has to come from a trusted authority. */
        VERIFY_CA,
        /** As {@link #VERIFY_CA}, and the certificate has to name the host. */
        VERIFY_IDENTITY
    }
}
