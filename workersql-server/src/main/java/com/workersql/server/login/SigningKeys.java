// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.server.users.ApiKey;
import java.security.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.lang.JoseException;

/**
 * The keys by which tokens may be signed, each with the one algorithm that it is for. What a token's header says of its algorithm
 * only has to agree; keys that it brings or points to are not looked at. Immutable.
 */
final class SigningKeys {
    private static final int MAX_KEYS = 100;

    private final Map<String, Entry> byId;
    private final List<Entry> all;

    /**
     * A key.
     *
     * @param key verifies signatures
     * @param algorithm the only one that it verifies, by its name in RFC 7518 or RFC 8037
     * @param hash tells it from others: the SHA-256 of its encoded form, in 64 hexadecimal digits
     */
    record Entry(Key key, String algorithm, String hash) {
        Entry(Key key, String algorithm) {
            this(key, algorithm, ApiKey.hash(key.getEncoded()));
        }
    }

    private SigningKeys(Map<String, Entry> byId, List<Entry> all) {
        this.byId = Map.copyOf(byId);
        this.all = List.copyOf(all);
    }

    /** One secret for HS256. */
    static SigningKeys ofSecret(byte[] secret) {
        return new SigningKeys(
                Map.of(),
                List.of(new Entry(new SecretKeySpec(secret, "HmacSHA256"), AlgorithmIdentifiers.HMAC_SHA256)));
    }

    /**
     * The keys of a set (RFC 7517) that are for RS256, ES256 or EdDSA; others, secrets above all, are left out.
     *
     * @throws IllegalArgumentException when it is no such set, or holds no key of use
     */
    static SigningKeys ofJwks(String json) {
        List<JsonWebKey> keys;
        try {
            keys = new JsonWebKeySet(json).getJsonWebKeys();
        } catch (JoseException | RuntimeException e) {
            throw new IllegalArgumentException("is no JSON Web Key Set: " + e.getMessage(), e);
        }
        if (keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("holds " + keys.size() + " keys; allowed are " + MAX_KEYS);
        }
        var byId = new HashMap<String, Entry>();
        var all = new ArrayList<Entry>();
        for (var key : keys) {
            var algorithm = algorithm(key);
            boolean forSignatures = key.getUse() == null || key.getUse().equals("sig");
            boolean agrees = key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
            if (algorithm != null && forSignatures && agrees) {
                var entry = new Entry(((PublicJsonWebKey) key).getPublicKey(), algorithm);
                all.add(entry);
                if (key.getKeyId() != null) {
                    byId.put(key.getKeyId(), entry);
                }
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("holds no public key for RS256, ES256 or EdDSA");
        }
        return new SigningKeys(byId, all);
    }

    private static String algorithm(JsonWebKey key) {
        if (key instanceof RsaJsonWebKey) {
            return AlgorithmIdentifiers.RSA_USING_SHA256;
        }
        if (key instanceof EllipticCurveJsonWebKey curve) {
            return "P-256".equals(curve.getCurveName()) ? AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256 : null;
        }
        if (key instanceof OctetKeyPairJsonWebKey pair) {
            return Set.of("Ed25519", "Ed448").contains(pair.getSubtype()) ? AlgorithmIdentifiers.EDDSA : null;
        }
        return null;
    }

    /**
     * The key of a token.
     *
     * @param id the header's {@code kid}; null when it has none, which is enough where there is one key only
     * @return null when there is no such key
     */
    Entry find(String id) {
        if (id != null && !byId.isEmpty()) {
            return byId.get(id);
        }
        return all.size() == 1 ? all.get(0) : null;
    }

    /**
     * Whether a key is among these, by whatever name.
     *
     * @param hash of the key
     */
    boolean holds(String hash) {
        return all.stream().anyMatch(entry -> entry.hash().equals(hash));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningKeys keys && all.equals(keys.all) && byId.equals(keys.byId);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }
}
