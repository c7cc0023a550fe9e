// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * Whether a connection begins by a PROXY header. It tells the connection's own addresses, since many borrowers with many clients share
 * it: for servers behind a balancer that asks for one, or that themselves do.
 */
public enum ProxyProtocol {
    /** No header. */
    NONE,
    /** One line of text. */
    V1,
    /** Binary, with a checksum. */
    V2
}
