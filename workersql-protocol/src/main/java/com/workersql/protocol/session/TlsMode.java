// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

/** What a client wants of TLS, by the names of MySQL's {@code --ssl-mode}. */
public enum TlsMode {
    /** No TLS. */
    DISABLED,
    /** TLS where the server offers it. Protects from listeners only: who sits in between can take the offer away. */
    PREFERRED,
    /** TLS or no connection; the certificate is not verified. */
    REQUIRED,
    /** TLS with a certificate of a trusted authority. */
    VERIFY_CA,
    /** TLS with a certificate of a trusted authority for the host that was asked for. */
    VERIFY_IDENTITY
}
