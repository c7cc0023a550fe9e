// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.Peer;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.wire.Bytes;

/**
 * Who a client says that it is, and the factor that it is at in proving it. A user that nobody knows has a verifier too, whose password
 * nobody knows either, and is not told from one that is known.
 */
final class Claim {
    private final ServerHandshakeConfig config;
    private final HandshakeResponse41 response;
    private final CapabilityFlags capabilities;
    private final Peer peer;
    /** Null for a user that nobody knows. */
    private final Credential credential;

    private PasswordVerifier verifier;
    private ServerPlugin plugin;
    private int factor;
    private String principal;

    /** @param capabilities what the response and the server have in common */
    Claim(
            ServerHandshakeConfig config,
            CredentialStore store,
            HandshakeResponse41 response,
            CapabilityFlags capabilities,
            Peer peer) {
        this.config = config;
        this.response = response;
        this.capabilities = capabilities;
        this.peer = peer;
        credential = store.find(response.user(), response.schema(), peer);
        if (credential != null) {
            use(credential.verifier());
            return;
        }
        PasswordVerifier decoy = store.decoy(response.user());
        use(decoy != null ? decoy : PasswordVerifier.decoy(config.random()));
    }

    private void use(PasswordVerifier next) {
        verifier = next;
        plugin = ServerPlugins.of(next, config, credential != null, peer.tls());
    }

    boolean isOfKnownUser() {
        return credential != null;
    }

    /** The server's side of the plugin of this factor. */
    ServerPlugin plugin() {
        return plugin;
    }

    /** The name of the plugin of this factor. */
    String pluginName() {
        return verifier.plugin();
    }

    /** Whether what the client sent along with its response answers this plugin's question by the salt of the greeting. */
    boolean isAnsweredAlready() {
        String ofClient =
                capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) ? response.plugin() : NativePassword.PLUGIN;
        return plugin.takesAnswerToGreeting() && pluginName().equals(ofClient);
    }

    /** Keeps what makes the next full authentication of this factor a fast one; null for nothing. */
    void keepFastVerifier(Bytes fastVerifier) {
        if (fastVerifier != null) {
            config.fastVerifiers().put(verifier, fastVerifier);
        }
    }

    /** Whether the client comes by a way on which this factor may be asked for. */
    boolean mayBeAsked() {
        return peer.tls() || !plugin.requiresTls();
    }

    /** Whether the user, who is known, may come by the way that the client has come. */
    boolean mayComeThisWay() {
        return peer.tls() || !credential.requiresTls();
    }

    /** Of a known user: false when this factor is the last one. */
    boolean hasNextFactor() {
        return factor < credential.furtherFactors().size();
    }

    /** This factor is proven. */
    void nextFactor() {
        use(credential.furtherFactors().get(factor++));
    }

    /** Whose ticket the client has shown; null for none. */
    void came(String asPrincipal) {
        if (asPrincipal != null) {
            principal = asPrincipal;
        }
    }

    /** All is proven. */
    AuthenticatedClient client(int connectionId) {
        return new AuthenticatedClient(
                response.user(),
                credential,
                response.schema(),
                capabilities,
                response.collationId(),
                response.maxPacketBytes(),
                peer,
                connectionId,
                principal);
    }

    /** @param detail told in the place of whether there was a password; null for nothing */
    Err denied(String detail) {
        String why = detail != null ? detail : "using password: " + (plugin.passwordGiven() ? "YES" : "NO");
        return Err.of(
                ServerErrors.ER_ACCESS_DENIED_ERROR,
                "Access denied for user '" + response.user() + "'@'" + peer.address() + "' (" + why + ")");
    }

    static Err secureTransportRequired() {
        return Err.of(
                ServerErrors.ER_SECURE_TRANSPORT_REQUIRED,
                "Connections using insecure transport are prohibited; connect by TLS");
    }
}
