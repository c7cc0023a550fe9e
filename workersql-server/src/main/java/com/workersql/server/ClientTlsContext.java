// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.protocol.session.TlsOffer;
import com.workersql.server.config.CertificateFiles;
import com.workersql.server.config.ClientTls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;

/** The certificate that clients see, which a reload replaces. Whether TLS is offered is settled at the start. */
final class ClientTlsContext {
    /** For HTTP clients that ask (RFC 7301); a client that asks for something else, or for nothing, is told nothing. */
    private static final ApplicationProtocolConfig PROTOCOLS = new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);

    private final TlsOffer offer;
    private volatile SslContext context;

    ClientTlsContext(ClientTls config) {
        offer = config == null ? TlsOffer.OFF : config.required() ? TlsOffer.REQUIRED : TlsOffer.OFFERED;
        use(read(config));
    }

    /**
     * Reads certificate and key, and changes nothing yet.
     *
     * @return null where there is no TLS
     * @throws GatewayStartException when they cannot be used
     */
    static SslContext read(ClientTls config) {
        if (config == null) {
            return null;
        }
        var fault = CertificateFiles.certificateFault(config.certificate());
        if (fault == null) {
            fault = CertificateFiles.keyFault(config.key(), config.certificate());
        }
        if (fault != null) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION, "tls cannot be used: " + fault, null);
        }
        try {
            return SslContextBuilder.forServer(
                            config.certificate().toFile(), config.key().toFile())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .applicationProtocolConfig(PROTOCOLS)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION, "tls cannot be used: " + e.getMessage(), e);
        }
    }

    /** Has clients from now on see what was read; null leaves what they see. */
    void use(SslContext read) {
        if (read != null) {
            context = read;
        }
    }

    TlsOffer offer() {
        return offer;
    }

    SslContext context() {
        return context;
    }
}
