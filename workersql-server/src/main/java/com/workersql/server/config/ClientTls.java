// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.nio.file.Path;

/**
 * TLS towards clients, for every door.
 *
 * @param certificate a PEM file: the gateway's certificate, then its chain
 * @param key a PEM file: the certificate's private key (PKCS #8, without a password)
 * @param required whether a client without TLS is refused; default false
 */
public record ClientTls(Path certificate, Path key, boolean required) {}
