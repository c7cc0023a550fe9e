// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.session.ServerPlugin.Answer;
import com.workersql.protocol.session.ServerPlugin.Ask;
import com.workersql.protocol.session.ServerPlugin.Matched;
import com.workersql.protocol.session.ServerPlugin.Next;
import com.workersql.protocol.session.ServerPlugin.Refused;
import com.workersql.protocol.session.ServerPlugin.Verify;
import com.workersql.protocol.wire.Bytes;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;

/** Accepts the tickets that clients show by MariaDB's {@code auth_gssapi_client}. */
final class GssapiServerPlugin implements Answer {
    private final GssapiVerifier verifier;
    private final boolean isKnown;
    private final GssapiExchange exchange;

    private GssapiServerPlugin(GssapiVerifier verifier, boolean isKnown) {
        this.verifier = verifier;
        this.isKnown = isKnown;
        exchange = new GssapiExchange(
                verifier.credentials(), credential -> GSSManager.getInstance().createContext(credential));
    }

    /** @param isKnown false for a user that nobody knows, who is nobody's principal */
    static ServerPlugin of(GssapiVerifier verifier, boolean isKnown) {
        GssapiServerPlugin tokens = new GssapiServerPlugin(verifier, isKnown);
        return new ServerPlugin(tokens)
                .withSaltOf(0)
                .withoutPassword(null)
                .asking(verifier.service().question())
                .withFurther(tokens)
                .closing(tokens.exchange::close);
    }

    @Override
    public Next take(Bytes token, Bytes salt) {
        return new Verify(Verification.ofAnswer(() -> accept(token)));
    }

    private Next accept(Bytes token) {
        try {
            if (!exchange.isOpen()) {
                exchange.open(verifier.service().mechanism().oids());
            }
        } catch (GSSException | RuntimeException e) {
            return new Refused(null, "the server has no credentials for GSSAPI", e);
        }
        GssapiExchange.Round round;
        try {
            round = exchange.round(token);
        } catch (GSSException e) {
            return new Refused(null, "GSSAPI: " + e.getMessage(), null);
        } catch (RuntimeException e) {
            // The platform's decoders are not total.
            return new Refused(null, "GSSAPI: the token cannot be read", e);
        }
        if (!round.isEstablished()) {
            return round.token() == null
                    ? new Refused(null, "GSSAPI: the token leads nowhere", null)
                    : new Ask(round.token());
        }
        if (!isKnown || !verifier.isUser().test(round.initiator())) {
            // Behind the token that says who the server is: clients that wait for it take nothing else, and known or
            // not must hear the same.
            return new Refused(
                    round.token(),
                    "GSSAPI: the ticket is that of '" + GssapiService.told(round.initiator()) + "'",
                    null);
        }
        return new Matched(round.token(), round.initiator());
    }
}
