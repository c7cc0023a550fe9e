// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import java.util.List;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;

/** How both sides of GSSAPI prove who they are, by the names that MariaDB has for it. */
public enum GssapiMechanism {
    /** Tickets of Kerberos, version 5: RFC 4121. */
    KERBEROS("Kerberos", "1.2.840.113554.1.2.2"),
    /** What both sides agree on, which is Kerberos here: SPNEGO, RFC 4178. Clients that send a ticket of Kerberos without asking are taken. */
    NEGOTIATE("Negotiate", "1.3.6.1.5.5.2");

    private final String text;
    private final String oid;

    GssapiMechanism(String text, String oid) {
        this.text = text;
        this.oid = oid;
    }

    /** The name on the wire. */
    public String text() {
        return text;
    }

    /** The mechanism of a context that a client begins. */
    public Oid oid() {
        try {
            return new Oid(oid);
        } catch (GSSException e) {
            throw new IllegalStateException(oid, e);
        }
    }

    /** The mechanisms that the credentials of a service must have. */
    public Oid[] oids() {
        return this == KERBEROS ? new Oid[] {oid()} : new Oid[] {oid(), KERBEROS.oid()};
    }

    /** The mechanism of a name, which is {@link #KERBEROS} where there is none; null for one that is not known. */
    static GssapiMechanism of(String text) {
        if (text.isEmpty()) {
            return KERBEROS;
        }
        return List.of(values()).stream()
                .filter(known -> known.text.equals(text))
                .findFirst()
                .orElse(null);
    }
}
