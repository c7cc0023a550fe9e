// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

/** What a server says to TLS. */
public enum TlsOffer {
    /** TLS is not offered; who asks for it is refused (1043). */
    OFF,
    /** TLS is offered; clients may do without. */
    OFFERED,
    /** Who comes without TLS is refused (3159). */
    REQUIRED
}
