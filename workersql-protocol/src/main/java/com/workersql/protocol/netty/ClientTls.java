// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import com.workersql.protocol.session.TlsMode;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.File;
import javax.net.ssl.SSLException;

/** Makes TLS contexts for clients. */
public final class ClientTls {
    private ClientTls() {}

    /**
     * A context for a mode.
     *
     * @param mode what is verified; the check of the host's name is made by {@link ClientHandshakeHandler}
     * @param authorities PEM file of the trusted authorities; null for the platform's; without effect where nothing is verified
     * @param certificate PEM file of our own certificate; null for none
     * @param key PEM file of its key; null for none
     * @return null for {@link TlsMode#DISABLED}
     * @throws SSLException when a file cannot be used
     */
    public static SslContext context(TlsMode mode, File authorities, File certificate, File key) throws SSLException {
        if (mode == TlsMode.DISABLED) {
            return null;
        }
        SslContextBuilder builder = SslContextBuilder.forClient().protocols("TLSv1.3", "TLSv1.2");
        if (mode == TlsMode.PREFERRED || mode == TlsMode.REQUIRED) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (authorities != null) {
            builder.trustManager(authorities);
        }
        if (certificate != null) {
            builder.keyManager(certificate, key);
        }
        return builder.build();
    }
}
