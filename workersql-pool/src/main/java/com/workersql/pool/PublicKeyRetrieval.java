// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * Which servers may be asked for their RSA key when caching_sha2_password wants the whole password and the connection is not
 * encrypted. The key comes unauthenticated: whoever can alter the network's bytes can read the password.
 */
public enum PublicKeyRetrieval {
    /** None: the login fails. */
    NEVER,
    /** Those that are reached by a loopback address. */
    LOOPBACK,
    /** All. */
    ALWAYS
}
