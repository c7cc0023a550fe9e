// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.idempotency;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The {@code Idempotency-Key} of a request (draft-ietf-httpapi-idempotency-key-header), as it is kept.
 *
 * @param id the hash of the caller's name, the kind of request and the key, in hexadecimal digits
 * @param payload the hash of the body, in hexadecimal digits
 */
record IdempotencyKey(String id, String payload) {
    private static final String HEADER = "idempotency-key";
    private static final int MAX_CHARS = 255;

    /** What a request gives; null when it gives none. */
    static IdempotencyKey of(Exchange exchange, Principal principal, String kind) throws Refusal {
        var given = exchange.request().headers().getAll(HEADER);
        if (given.isEmpty()) {
            return null;
        }
        var key = unquoted(given.get(0).strip());
        boolean visible = key.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"');
        if (given.size() > 1 || key.isEmpty() || key.length() > MAX_CHARS || !visible) {
            throw Refusal.malformed("Idempotency-Key must be one text of 1 to " + MAX_CHARS + " visible characters");
        }
        var scoped = principal.user() + "\0" + kind + "\0" + key;
        return new IdempotencyKey(
                hash(scoped.getBytes(StandardCharsets.UTF_8)), hash(ByteBufUtil.getBytes(exchange.body())));
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
