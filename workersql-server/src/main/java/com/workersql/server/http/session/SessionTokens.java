// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.config.PeersConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads the tokens that name a session: {@code gateway.id.signature}. The signature (HMAC-SHA256) covers the user too,
 * so that a token is worth nothing in other hands. A token is good for any number of requests. Safe for all threads.
 */
public final class SessionTokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "workersql session";
    private static final int ID_BYTES = 16;
    private static final int KEY_BYTES = 32;
    private static final int MAX_CHARS = 256;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final SecretKeySpec key;
    private final int gateway;
    private final SecureRandom random;

    /**
     * What a token names.
     *
     * @param gateway the number of the gateway that holds the session
     * @param id the session's id there
     */
    public record Named(int gateway, String id) {}

    /**
     * Tokens of a gateway.
     *
     * @param key signs them, at least 32 bytes; copied; gateways that are to know each other's tokens have the same
     * @param gateway the number of this gateway
     * @param random makes the ids
     */
    public SessionTokens(byte[] key, int gateway, SecureRandom random) {
        if (key.length < KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the key has " + key.length + " bytes; at least " + KEY_BYTES + " are needed");
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.gateway = gateway;
        this.random = random;
    }

    /**
     * Tokens of a gateway, by a key of its own where none is configured.
     *
     * @param peers how this gateway is known to others
     * @param random makes the ids, and the key where there is none
     * @return whose tokens end with this process in that case
     */
    public static SessionTokens of(PeersConfig peers, SecureRandom random) {
        byte[] key;
        if (peers.key() == null) {
            key = new byte[KEY_BYTES];
            random.nextBytes(key);
        } else {
            key = peers.key().bytes();
        }
        return new SessionTokens(key, peers.number(), random);
    }

    /**
     * The number of this gateway.
     *
     * @return what its tokens begin with
     */
    public int gateway() {
        return gateway;
    }

    /**
     * A new session's id.
     *
     * @return not to be guessed
     */
    public String newId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return BASE64.encodeToString(bytes);
    }

    /**
     * The token of a session of this gateway.
     *
     * @param id of {@link #newId}
     * @param user who may use it
     * @return characters that need no escape in a path
     */
    public String token(String id, String user) {
        var named = gateway + "." + id;
        return named + "." + BASE64.encodeToString(sign(named, user));
    }

    /**
     * Reads a token.
     *
     * @param token anything
     * @param user who sent it
     * @return null when it was not made for this user with this key
     */
    public Named read(String token, String user) {
        int idStart = token.indexOf('.');
        int signatureStart = token.lastIndexOf('.');
        if (token.length() > MAX_CHARS || idStart < 1 || signatureStart <= idStart) {
            return null;
        }
        var named = token.substring(0, signatureStart);
        var given = token.substring(signatureStart + 1).getBytes(StandardCharsets.ISO_8859_1);
        var right = BASE64.encode(sign(named, user));
        if (!MessageDigest.isEqual(right, given)) {
            return null;
        }
        // Signed by a gateway: the number is one.
        return new Named(Integer.parseInt(named.substring(0, idStart)), named.substring(idStart + 1));
    }

    private byte[] sign(String named, String user) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal((PURPOSE + "\0" + named + "\0" + user).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
