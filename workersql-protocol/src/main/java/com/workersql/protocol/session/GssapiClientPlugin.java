// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.wire.Bytes;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;

/** Shows the ticket of a client of MariaDB's {@code auth_gssapi_client}, and has the server prove that it has the service's key. */
final class GssapiClientPlugin extends ClientPlugin {
    private final GssapiLogin login;
    private final GssapiExchange exchange;

    private String service = "";
    private Oid mechanism;
    private boolean isEstablished;

    GssapiClientPlugin(ClientHandshakeConfig config) {
        super(GssapiService.PLUGIN, config, Bytes.EMPTY);
        login = config.gssapi();
        exchange = new GssapiExchange(login.credentials(), this::open);
    }

    private GSSContext open(GSSCredential credential) throws GSSException {
        GSSManager manager = GSSManager.getInstance();
        GSSName peer = manager.createName(service, GSSName.NT_USER_NAME);
        GSSContext context = manager.createContext(peer, mechanism, credential, GSSContext.DEFAULT_LIFETIME);
        context.requestMutualAuth(true);
        return context;
    }

    @Override
    boolean takesLong() {
        return true;
    }

    @Override
    Bytes first(Bytes data) {
        GssapiService asked = GssapiService.parse(data);
        service = login.servicePrincipal() == null ? asked.principal() : login.servicePrincipal();
        if (service.isEmpty()) {
            throw ProtocolException.badHandshake("the server names no principal for '" + GssapiService.PLUGIN
                    + "', and no servicePrincipal is configured");
        }
        mechanism = asked.mechanism().oid();
        try {
            exchange.open(new Oid[] {mechanism});
        } catch (GSSException | RuntimeException e) {
            throw failed("'" + config.user() + "' has no credentials", e);
        }
        return round(Bytes.EMPTY, "there is no ticket for ");
    }

    @Override
    Bytes next(Bytes token) {
        if (isEstablished) {
            throw unknownData();
        }
        return round(token, "the server has not proven that it is ");
    }

    private Bytes round(Bytes token, String failure) {
        GssapiExchange.Round round;
        try {
            round = exchange.round(token);
        } catch (GSSException | RuntimeException e) {
            throw failed(failure + "'" + GssapiService.told(service) + "'", e);
        }
        isEstablished = round.isEstablished();
        if (!isEstablished && round.token() == null) {
            throw ProtocolException.badHandshake("there is no answer to the server's token of " + name());
        }
        return round.token();
    }

    private ProtocolException failed(String what, Exception cause) {
        return new ProtocolException(
                ServerErrors.ER_ACCESS_DENIED_ERROR, name() + ": " + what + ": " + cause.getMessage(), cause);
    }

    @Override
    void requireProven() {
        if (!isEstablished) {
            throw ProtocolException.badHandshake("the server lets the client in by '" + name()
                    + "', and has not proven that it is '" + GssapiService.told(service) + "'");
        }
    }

    @Override
    void close() {
        exchange.close();
    }
}
