// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** Whether the way to a server is encrypted, and whom the certificate must name. */
public enum TlsMode {
    /** Never encrypted. */
    DISABLED,
    /** Encrypted, or no connection at all. The certificate is checked as {@link PoolConfig#sslContext()} is set up to do. */
    REQUIRED,
    /** As {@link #REQUIRED}, and the certificate must name the endpoint's host. */
    VERIFY_IDENTITY
}
