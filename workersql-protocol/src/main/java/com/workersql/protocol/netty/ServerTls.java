// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * A server's certificate from PEM files, which can be read again while the server runs: connections that begin afterwards see the
 * new one, those that are there keep the old one. TLS 1.2 and 1.3. Safe for any thread.
 */
public final class ServerTls implements Supplier<SslContext> {
    private final File certificate;
    private final File key;
    private final File clientAuthorities;
    private final boolean requiresClientCertificate;
    private volatile SslContext context;

    /**
     * Reads the files.
     *
     * @param certificate PEM file of the server's certificate, and of those between it and the authority
     * @param key PEM file of its key, PKCS #8
     * @param clientAuthorities PEM file of the authorities whose certificates clients may show; null: clients are not asked
     * @param requiresClientCertificate whether a client without such a certificate is refused; only with authorities
     * @throws SSLException when a file cannot be used
     */
    public ServerTls(File certificate, File key, File clientAuthorities, boolean requiresClientCertificate)
            throws SSLException {
        this.certificate = requireNonNull(certificate, "certificate");
        this.key = requireNonNull(key, "key");
        this.clientAuthorities = clientAuthorities;
        this.requiresClientCertificate = requiresClientCertificate;
        if (requiresClientCertificate && clientAuthorities == null) {
            throw new IllegalArgumentException("a client's certificate is required, but no authority is named");
        }
        reload();
    }

    /**
     * Reads the files again.
     *
     * @throws SSLException when a file cannot be used; what was read before stays in use then
     */
    public void reload() throws SSLException {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forServer(certificate, key).protocols("TLSv1.3", "TLSv1.2");
            if (clientAuthorities != null) {
                builder.trustManager(clientAuthorities)
                        .clientAuth(requiresClientCertificate ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            }
            context = builder.build();
        } catch (IllegalArgumentException e) {
            throw new SSLException("the certificate " + certificate + " with the key " + key + " cannot be used", e);
        }
    }

    /** The certificate of the moment. */
    @Override
    public SslContext get() {
        return context;
    }
}
