// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.workersql.router.PermissionClass;
import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.Permission;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are put together here byte by byte, so that none of them owes its form to the library that reads them. */
class BearersTest {
    private static final long NOW = 1_800_000_000L;
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final KeyPair RSA = pair("RSA");
    private static final KeyPair EC = pair("EC");
    private static final KeyPair ED = pair("Ed25519");
    private static final String GOOD =
            "\"iss\":\"me\",\"aud\":\"gateway\",\"sub\":\"ann\",\"tenant_id\":\"acme\",\"exp\":" + (NOW + 60)
                    + ",\"permissions\":[\"read\",\"ddl\",\"fly\"]";

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Instant> time = new AtomicReference<>(Instant.ofEpochSecond(NOW));
    private final List<URI> fetched = new ArrayList<>();
    private CompletableFuture<String> nextKeys = new CompletableFuture<>();
    private final Bearers bearers = new Bearers(
            uri -> {
                fetched.add(uri);
                return nextKeys;
            },
            () -> time.get(),
            nanos::get);
    private Principal principal;
    private GatewayError error;

    private static KeyPair pair(String algorithm) {
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

    private static String jwk(KeyPair pair, String id) throws Exception {
        var key = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
        key.setKeyId(id);
        return key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }

    private static String jwks(String... keys) {
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] sign(KeyPair pair, String algorithm, String text) throws Exception {
        var signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return signature.sign();
    }

    private static String head(String header, String claims) {
        return base64("{" + header + "}") + "." + base64("{" + claims + "}");
    }

    private static String hs256(String header, String claims) throws Exception {
        var head = head(header, claims);
        return head + "." + base64(hmac(SECRET.getBytes(StandardCharsets.US_ASCII), head));
    }

    private static String rs256(String header, String claims) throws Exception {
        var head = head(header, claims);
        return head + "." + base64(sign(RSA, "SHA256withRSA", head));
    }

    private void use(Secret secret, String jwks, String url) {
        var jwt = new AuthConfig.Jwt(secret, jwks, url == null ? null : URI.create(url), "me", "gateway", 30, 300);
        use(new AuthConfig(jwt, List.of()));
    }

    private void use(AuthConfig auth) {
        bearers.use(GatewayConfig.builder()
                .tenants(Map.of("acme", new ShardAccount("u", Secret.of("p"), "acme_db")))
                .auth(auth)
                .build());
    }

    private void useSecret() {
        use(Secret.of(SECRET), null, null);
    }

    private boolean prove(String bearer) {
        principal = null;
        error = null;
        bearers.prove(bearer, channel.eventLoop(), one -> principal = one, one -> error = one);
        channel.runPendingTasks();
        return principal != null;
    }

    @Test
    void readsWhomATokenSpeaksFor() throws Exception {
        useSecret();

        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD))).isTrue();
        assertThat(principal)
                .isEqualTo(new Principal(
                        "ann",
                        "acme",
                        "acme_db",
                        Set.of(PermissionClass.READ, PermissionClass.DDL),
                        (NOW + 90) * 1_000));
    }

    @Test
    void takesTheThreeKindsOfPublicKeys() throws Exception {
        use(null, jwks(jwk(RSA, "r"), jwk(EC, "e"), jwk(ED, "d")), null);

        assertThat(prove(rs256("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD))).isTrue();
        var ec = head("\"alg\":\"ES256\",\"kid\":\"e\"", GOOD);
        assertThat(prove(ec + "." + base64(sign(EC, "SHA256withECDSAinP1363Format", ec))))
                .isTrue();
        var ed = head("\"alg\":\"EdDSA\",\"kid\":\"d\"", GOOD);
        assertThat(prove(ed + "." + base64(sign(ED, "Ed25519", ed)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"alg\":\"none\"",
                "\"alg\":\"None\"",
                "\"alg\":\"nOnE\"",
                "\"alg\":\"\"",
                "\"typ\":\"JWT\"",
                "\"alg\":\"HS512\"",
                "\"alg\":\"RS256\"",
                "\"alg\":[\"HS256\"]",
                "\"alg\":\"HS256\",\"alg\":\"none\"",
                "\"alg\":\"HS256\",\"crit\":[\"exp\"]",
                "\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]",
                "\"alg\":\"HS256\",\"zip\":\"DEF\",\"crit\":[\"zip\"]",
            })
    void refusesHeadersThatAskForSomethingElse(String header) throws Exception {
        useSecret();

        assertThat(prove(hs256(header, GOOD))).isFalse();
        assertThat(error.errno()).isEqualTo(1045);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AA", "====", "."})
    void refusesSignaturesThatAreNone(String signature) {
        useSecret();

        assertThat(prove(head("\"alg\":\"HS256\"", GOOD) + "." + signature)).isFalse();
        assertThat(prove(head("\"alg\":\"none\"", GOOD) + "." + signature)).isFalse();
    }

    @Test
    void refusesAPublicKeyTakenForASecret() throws Exception {
        use(null, jwks(jwk(RSA, "r")), null);
        var head = head("\"alg\":\"HS256\",\"kid\":\"r\"", GOOD);
        var pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(RSA.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";

        for (var key : List.of(RSA.getPublic().getEncoded(), pem.getBytes(StandardCharsets.US_ASCII), new byte[] {0})) {
            assertThat(prove(head + "." + base64(hmac(key, head)))).isFalse();
        }
    }

    @Test
    void looksAtNoKeyThatTheTokenBringsOrPointsTo() throws Exception {
        use(null, null, "https://keys.example/jwks");
        nextKeys = CompletableFuture.completedFuture(jwks(jwk(EC, "e")));

        for (var header : List.of(
                "\"alg\":\"RS256\",\"kid\":\"e\",\"jwk\":" + jwk(RSA, "r"),
                "\"alg\":\"RS256\",\"jku\":\"http://127.0.0.1:1/x\",\"kid\":\"r\"",
                "\"alg\":\"RS256\",\"x5u\":\"http://127.0.0.1:1/x\"",
                "\"alg\":\"RS256\",\"kid\":\"../../dev/null\"",
                "\"alg\":\"RS256\",\"kid\":\"' OR 1=1 --\"",
                "\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(1_000_000) + "\"")) {
            assertThat(prove(rs256(header, GOOD))).as(header.substring(0, 30)).isFalse();
        }
        assertThat(fetched).containsExactly(URI.create("https://keys.example/jwks"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exp       | 1799999969",
                "exp       | \"1800000060\"",
                "exp       | null",
                "exp       | 99999999999999999",
                "exp       | 1e400",
                "nbf       | 1800000031",
                "iat       | 1800000031",
                "iss       | \"you\"",
                "iss       | [\"me\"]",
                "iss       | null",
                "aud       | \"other\"",
                "aud       | []",
                "aud       | null",
                "tenant_id | [\"acme\"]",
                "tenant_id | 7",
                "tenant_id | null",
                "tenant_id | \"\"",
                "tenant_id | \"acmе\"",
                "tenant_id | \"acme \"",
                "tenant_id | \"acme`.`globex\"",
                "tenant_id | \"acme/../globex\"",
                "sub       | null",
                "sub       | 5",
                "sub       | \"a\\u0000b\"",
                "permissions | {}",
            })
    void refusesClaims(String claim, String value) throws Exception {
        useSecret();
        var claims = GOOD.replaceFirst(
                "\"" + claim + "\":(\"[^\"]*\"|\\d+|\\[[^]]*])", "\"" + claim + "\":" + value.replace("\\", "\\\\"));
        var all = claims.contains("\"" + claim + "\":" + value) ? claims : claims + ",\"" + claim + "\":" + value;

        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD)))
                .as("without the change")
                .isTrue();
        assertThat(prove(hs256("\"alg\":\"HS256\"", all))).as(all).isFalse();
    }

    @Test
    void refusesClaimsThatContradictOrRepeatEachOther() throws Exception {
        useSecret();

        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD + ",\"tid\":\"globex\"")))
                .isFalse();
        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD + ",\"tenant_id\":\"globex\"")))
                .isFalse();
        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD + ",\"tid\":\"acme\"")))
                .isTrue();
        assertThat(prove(
                        hs256("\"alg\":\"HS256\"", GOOD.replace("\"aud\":\"gateway\"", "\"aud\":[\"x\",\"gateway\"]"))))
                .isTrue();
    }

    @Test
    void givesNobodyMoreThanItsTokenSays() throws Exception {
        useSecret();

        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD.replaceAll(",\"permissions.*", ""))))
                .isTrue();
        assertThat(principal.permissions()).isEmpty();
        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD.replaceAll(",\"permissions.*", ",\"roles\":\"read write\""))))
                .isTrue();
        assertThat(principal.permissions()).containsExactlyInAnyOrder(PermissionClass.READ, PermissionClass.WRITE);
    }

    @Test
    void forgetsATokenWhenItExpires() throws Exception {
        useSecret();
        var token = hs256("\"alg\":\"HS256\"", GOOD);
        assertThat(prove(token)).isTrue();

        time.set(Instant.ofEpochSecond(NOW + 89));
        assertThat(prove(token)).as("within the leeway").isTrue();
        time.set(Instant.ofEpochSecond(NOW + 91));
        assertThat(prove(token)).isFalse();
    }

    @Test
    void refusesDamagedSignatures() throws Exception {
        use(null, jwks(jwk(EC, "e")), null);
        var head = head("\"alg\":\"ES256\",\"kid\":\"e\"", GOOD);
        var good = sign(EC, "SHA256withECDSAinP1363Format", head);
        assertThat(prove(head + "." + base64(good))).isTrue();

        assertThat(prove(head + "." + base64(new byte[64]))).as("r = s = 0").isFalse();
        var order = new byte[64];
        Arrays.fill(order, (byte) 0xFF);
        assertThat(prove(head + "." + base64(order)))
                .as("r and s above the order")
                .isFalse();
        assertThat(prove(head + "." + base64(Arrays.copyOf(good, 63))))
                .as("cut")
                .isFalse();
        assertThat(prove(head + "." + base64(sign(EC, "SHA256withECDSA", head))))
                .as("in DER")
                .isFalse();
        for (int i = 0; i < good.length; i++) {
            var hurt = good.clone();
            hurt[i] ^= 1;
            assertThat(prove(head + "." + base64(hurt))).as("byte %d", i).isFalse();
        }
    }

    @Test
    void refusesAnotherPaddingOfTheSameKey() throws Exception {
        use(null, jwks(jwk(RSA, "r")), null);
        var head = head("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD);

        assertThat(prove(head + "." + base64(sign(RSA, "SHA512withRSA", head)))).isFalse();
        var pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        pss.initSign(RSA.getPrivate());
        pss.update(head.getBytes(StandardCharsets.US_ASCII));
        assertThat(prove(head + "." + base64(pss.sign()))).isFalse();
    }

    @Test
    void decryptsNothing() {
        useSecret();
        var header = base64("{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128GCM\",\"p2c\":1000000000,\"zip\":\"DEF\"}");

        assertThat(prove(header + "." + base64("k") + "." + base64("i") + "." + base64("c") + "." + base64("t")))
                .isFalse();
        assertThat(error.message()).contains("no signed token");
    }

    @Test
    void fetchesKeysOnceForManyTokensAndAgainForAnUnknownKey() throws Exception {
        use(null, null, "https://keys.example/jwks");
        var old = rs256("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD);
        assertThat(prove(old)).as("nothing fetched yet").isFalse();
        assertThat(error).isNull();
        nextKeys.complete(jwks(jwk(RSA, "r")));
        channel.runPendingTasks();
        assertThat(principal).isNotNull();
        assertThat(prove(old)).isTrue();
        assertThat(fetched).hasSize(1);

        nextKeys = CompletableFuture.completedFuture(jwks(jwk(EC, "new")));
        var head = head("\"alg\":\"ES256\",\"kid\":\"new\"", GOOD);
        var rotated = head + "." + base64(sign(EC, "SHA256withECDSAinP1363Format", head));
        for (int i = 0; i < 100; i++) {
            assertThat(prove(rotated)).as("the last fetch was a moment ago").isFalse();
        }
        assertThat(fetched).hasSize(1);
        nanos.addAndGet(11_000_000_000L);
        assertThat(prove(rotated)).isTrue();
        assertThat(fetched).hasSize(2);
        assertThat(prove(old)).as("its key was taken out").isFalse();
    }

    @Test
    void keepsItsKeysWhenTheyCannotBeFetched() throws Exception {
        use(null, null, "https://keys.example/jwks");
        nextKeys = CompletableFuture.completedFuture(jwks(jwk(RSA, "r")));
        var token = rs256("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD);
        assertThat(prove(token)).isTrue();

        nanos.addAndGet(400_000_000_000L);
        nextKeys = CompletableFuture.failedFuture(new IllegalStateException("down"));
        assertThat(prove(rs256("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD + ",\"x\":1")))
                .isTrue();
        assertThat(fetched).hasSize(2);
    }

    @Test
    void refusesASetThatHoldsNoPublicKey() {
        assertThatIllegalArgumentException().isThrownBy(() -> use(null, "{\"keys\":[]}", null));
        assertThatIllegalArgumentException().isThrownBy(() -> use(null, "[", null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> use(null, jwks("{\"kty\":\"oct\",\"k\":\"" + base64(SECRET) + "\"}"), null));
    }

    @Test
    void knowsApiKeysByTheirHash() throws Exception {
        var key = ApiKey.generate("job_1", new SecureRandom());
        var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
        var hash = HexFormat.of().formatHex(digest);
        var end = Instant.ofEpochSecond(NOW + 10);
        use(new AuthConfig(null, List.of(new ApiKey("job_1", hash, "acme", Set.of(Permission.WRITE), end))));

        assertThat(prove(key)).isTrue();
        assertThat(principal)
                .isEqualTo(
                        new Principal("job_1", "acme", "acme_db", Set.of(PermissionClass.WRITE), (NOW + 10) * 1_000));
        assertThat(prove(key.substring(0, key.length() - 1) + (key.endsWith("0") ? "1" : "0")))
                .isFalse();
        assertThat(prove("wsk_job_1_")).isFalse();
        assertThat(prove("wsk_" + hash)).isFalse();
        assertThat(prove(ApiKey.generate("other", new SecureRandom()))).isFalse();
        time.set(end);
        assertThat(prove(key)).as("expired").isFalse();
    }
}
