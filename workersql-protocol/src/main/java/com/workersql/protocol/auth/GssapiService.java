// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * MariaDB's {@code auth_gssapi_client}: the client proves by a ticket of a Kerberos realm who it is. What a server says of itself first.
 *
 * <pre>{@code
 * server: principal of the service (ended by NUL), mechanism (ended by NUL, or left out; empty for Kerberos)
 * client: token of a GSS context
 * then, until both contexts are established, in turns:
 * server: token, behind 0x01 where its first byte is one of another packet
 * client: token
 * }</pre>
 *
 * <p>Tokens hold no secret that listening tells, so this needs no TLS; but neither does it protect what follows, and who sits in between may
 * pass tokens on: a user who comes without TLS should be one to whom that does no harm ({@link Credential#requiresTls()}). Source: mariadb.com
 * "Authentication Plugin - GSSAPI", RFC 2743.
 *
 * @param principal of the service, such as {@code mariadb/db.example.com@EXAMPLE.COM}; empty when the server does not tell
 * @param mechanism how both prove who they are
 */
public record GssapiService(String principal, GssapiMechanism mechanism) {
    /** The plugin's name on the wire; the server's own name for it is {@code gssapi}. */
    public static final String PLUGIN = "auth_gssapi_client";

    private static final int MAX_TOLD_CHARACTERS = 100;

    public GssapiService {
        requireNonNull(principal, "principal");
        requireNonNull(mechanism, "mechanism");
        if (principal.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the principal of a service has a NUL");
        }
    }

    /** A service of Kerberos. */
    public static GssapiService of(String principal) {
        return new GssapiService(principal, GssapiMechanism.KERBEROS);
    }

    /**
     * Reads what a server says in its switch.
     *
     * @throws ProtocolException when it is not what the grammar allows, or its mechanism is not known (1043)
     */
    public static GssapiService parse(Bytes data) {
        byte[] bytes = data.toArray();
        int principal = end(bytes, 0);
        int mechanism = principal == bytes.length ? principal : end(bytes, principal + 1);
        if (mechanism < bytes.length - 1) {
            throw ProtocolException.badHandshake(
                    "the server sent " + (bytes.length - 1 - mechanism) + " bytes behind what '" + PLUGIN + "' knows");
        }
        String name = text(bytes, Math.min(principal + 1, bytes.length), mechanism);
        GssapiMechanism known = GssapiMechanism.of(name);
        if (known == null) {
            throw ProtocolException.badHandshake("the server asks by '" + PLUGIN + "' for the mechanism '" + told(name)
                    + "', supported are Kerberos and Negotiate");
        }
        return new GssapiService(text(bytes, 0, principal), known);
    }

    private static int end(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != 0) {
            at++;
        }
        return at;
    }

    private static String text(byte[] bytes, int from, int to) {
        return to <= from ? "" : new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /** What goes with the plugin's name. */
    public Bytes question() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(principal.getBytes(StandardCharsets.UTF_8));
        out.write(0);
        out.writeBytes(mechanism.text().getBytes(StandardCharsets.UTF_8));
        out.write(0);
        return Bytes.of(out.toByteArray());
    }

    /** The beginning of a name that the other side gave, fit for a message. */
    public static String told(String name) {
        return name.length() <= MAX_TOLD_CHARACTERS ? name : name.substring(0, MAX_TOLD_CHARACTERS) + "...";
    }
}
