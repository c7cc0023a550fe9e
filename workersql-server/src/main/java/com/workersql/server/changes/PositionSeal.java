// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes positions unreadable: the number of a transaction would tell a tenant how much the others write. The key follows from an
 * account that all gateways of the same shards have, so that each can open what another has sealed, also after a restart. Safe
 * for all threads.
 */
final class PositionSeal {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MAX_CHARS = 16_384;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    PositionSeal(String user, byte[] secret) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(("workersql change feed positions\n" + user + "\n").getBytes(StandardCharsets.UTF_8));
            key = new SecretKeySpec(digest.digest(secret), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String seal(String scope, Map<String, ResumePoint.Part> parts) {
        var text = new StringBuilder();
        parts.forEach((shard, part) -> text.append(shard)
                .append('\t')
                .append(part.position() instanceof MariaDbPosition ? "M" : "S")
                .append('\t')
                .append(part.position())
                .append('\t')
                .append(part.begun() == null ? "" : part.begun())
                .append('\t')
                .append(part.told())
                .append('\n'));
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, scope)
                    .doFinal(text.toString().getBytes(StandardCharsets.UTF_8));
            var whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads what was sealed.
     *
     * @return null when it is not of this key, or for another scope
     */
    Map<String, ResumePoint.Part> open(String scope, String token) {
        if (token.length() > MAX_CHARS) {
            return null;
        }
        try {
            var whole = Base64.getUrlDecoder().decode(token);
            if (whole.length <= NONCE_BYTES) {
                return null;
            }
            var text = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(whole, NONCE_BYTES), scope)
                    .doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
            return parse(new String(text, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return null;
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String scope) throws GeneralSecurityException {
        var cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(scope.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static Map<String, ResumePoint.Part> parse(String text) {
        var parts = new LinkedHashMap<String, ResumePoint.Part>();
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                var fields = line.split("\t", -1);
                var begun = fields[3].isEmpty() ? null : TransactionId.parse(fields[3]);
                parts.put(
                        fields[0],
                        new ResumePoint.Part(
                                LogPosition.parse(fields[1].equals("M"), fields[2]),
                                begun,
                                Integer.parseInt(fields[4])));
            }
        }
        return parts;
    }
}
