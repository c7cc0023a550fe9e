// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterEach;

/**
 * Who proves bearers, and tokens for it. They are put together here byte by byte, so that none of them owes its form to the library
 * that reads them.
 */
abstract class BearersFixture {
    static final long NOW = 1_800_000_000L;
    static final String SECRET = "0123456789abcdef0123456789abcdef";
    static final KeyPair RSA = pair("RSA");
    static final KeyPair EC = pair("EC");
    static final KeyPair ED = pair("Ed25519");
    static final String GOOD = "\"iss\":\"me\",\"aud\":\"gateway\",\"sub\":\"ann\",\"tenant_id\":\"acme\",\"exp\":"
            + (NOW + 60) + ",\"permissions\":[\"read\",\"ddl\",\"fly\"]";

    final EmbeddedChannel channel = new EmbeddedChannel();
    final AtomicLong nanos = new AtomicLong();
    final AtomicReference<Instant> time = new AtomicReference<>(Instant.ofEpochSecond(NOW));
    final List<URI> fetched = new ArrayList<>();
    CompletableFuture<String> nextKeys = new CompletableFuture<>();
    final Bearers bearers = new Bearers(
            uri -> {
                fetched.add(uri);
                return nextKeys;
            },
            () -> time.get(),
            nanos::get);
    Principal principal;
    GatewayError error;

    static KeyPair pair(String algorithm) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    static String jwk(KeyPair pair, String id) throws Exception {
        var key = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
        key.setKeyId(id);
        return key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }

    static String jwks(String... keys) {
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] hmac(byte[] key, String text) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] sign(KeyPair pair, String algorithm, String text) throws Exception {
        var signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return signature.sign();
    }

    static String head(String header, String claims) {
        return base64("{" + header + "}") + "." + base64("{" + claims + "}");
    }

    static String hs256(String header, String claims) throws Exception {
        var head = head(header, claims);
        return head + "." + base64(hmac(SECRET.getBytes(StandardCharsets.US_ASCII), head));
    }

    static String rs256(String header, String claims) throws Exception {
        var head = head(header, claims);
        return head + "." + base64(sign(RSA, "SHA256withRSA", head));
    }

    void use(Secret secret, String jwks, String url) {
        var jwt = new AuthConfig.Jwt(secret, jwks, url == null ? null : URI.create(url), "me", "gateway", 30, 300);
        use(new AuthConfig(jwt, List.of()));
    }

    void use(AuthConfig auth) {
        bearers.use(GatewayConfig.builder()
                .tenants(Map.of("acme", new ShardAccount("u", Secret.of("p"), "acme_db")))
                .auth(auth)
                .build());
    }

    void useSecret() {
        use(Secret.of(SECRET), null, null);
    }

    boolean prove(String bearer) {
        principal = null;
        error = null;
        bearers.prove(bearer, channel.eventLoop(), one -> principal = one, one -> error = one);
        channel.runPendingTasks();
        return principal != null;
    }
}
