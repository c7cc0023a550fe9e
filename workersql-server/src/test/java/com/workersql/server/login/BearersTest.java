// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.workersql.router.PermissionClass;
import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.session.Principal;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.Permission;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BearersTest extends BearersFixture {
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
                        (NOW + 90) * 1_000,
                        ApiKey.hash(SECRET)));
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
                .isEqualTo(new Principal(
                        "job_1", "acme", "acme_db", Set.of(PermissionClass.WRITE), (NOW + 10) * 1_000, hash));
        assertThat(principal.toString()).doesNotContain(hash);
        assertThat(prove(key.substring(0, key.length() - 1) + (key.endsWith("0") ? "1" : "0")))
                .isFalse();
        assertThat(prove("wsk_job_1_")).isFalse();
        assertThat(prove("wsk_" + hash)).isFalse();
        assertThat(prove(ApiKey.generate("other", new SecureRandom()))).isFalse();
        time.set(end);
        assertThat(prove(key)).as("expired").isFalse();
    }

    @Test
    void aKeyThatWasTakenOutOrMayDoLessIsNotCurrentAnyMore() throws Exception {
        var jwt = new AuthConfig.Jwt(Secret.of(SECRET), null, null, "me", "gateway", 30, 300);
        var text = ApiKey.generate("job_1", new SecureRandom());
        var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        var end = Instant.ofEpochSecond(NOW + 10);
        var key = new ApiKey(
                "job_1", HexFormat.of().formatHex(digest), "acme", Set.of(Permission.READ, Permission.WRITE), end);
        use(new AuthConfig(jwt, List.of(key)));
        assertThat(prove(text)).isTrue();
        var writer = principal;
        assertThat(bearers.isCurrent(writer)).isTrue();

        var reading = new ApiKey("job_1", key.sha256(), "acme", Set.of(Permission.READ), end);
        use(new AuthConfig(jwt, List.of(reading)));
        assertThat(bearers.isCurrent(writer)).as("may write no more").isFalse();
        assertThat(prove(text)).isTrue();
        var reader = principal;
        assertThat(bearers.isCurrent(reader)).isTrue();

        use(new AuthConfig(jwt, List.of()));
        assertThat(bearers.isCurrent(reader)).as("taken out").isFalse();
        assertThat(bearers.isCurrent(writer)).isFalse();

        use(new AuthConfig(jwt, List.of(key)));
        assertThat(bearers.isCurrent(writer)).as("back again").isTrue();
        assertThat(prove(hs256("\"alg\":\"HS256\"", GOOD))).isTrue();
        assertThat(bearers.isCurrent(principal)).isTrue();
    }

    @Test
    void whomAReplacedKeyProvedIsNotCurrentAnyMore() {
        for (var end : new Instant[] {null, Instant.ofEpochSecond(NOW + 10)}) {
            var first = ApiKey.generate("job_1", new SecureRandom());
            var second = ApiKey.generate("job_1", new SecureRandom());
            use(new AuthConfig(null, List.of(key(first, end))));
            assertThat(prove(first)).isTrue();
            var before = principal;

            use(new AuthConfig(null, List.of(key(second, end))));
            assertThat(bearers.isCurrent(before)).isFalse();
            assertThat(prove(second)).isTrue();
            assertThat(bearers.isCurrent(principal)).isTrue();
            assertThat(principal.identity()).as("the same rights").isEqualTo(before.identity());
        }
    }

    private static ApiKey key(String text, Instant end) {
        return new ApiKey("job_1", ApiKey.hash(text), "acme", Set.of(Permission.READ), end);
    }

    @Test
    void whomATokenProvedIsCurrentAsLongAsTheKeyThatSignedIt() throws Exception {
        var url = "https://keys.example/jwks";
        use(null, null, url);
        nextKeys = CompletableFuture.completedFuture(jwks(jwk(RSA, "r"), jwk(EC, "e")));
        assertThat(prove(rs256("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD))).isTrue();
        var signed = principal;
        assertThat(bearers.isCurrent(signed)).isTrue();

        nanos.addAndGet(301_000_000_000L);
        nextKeys = CompletableFuture.completedFuture(jwks(jwk(RSA, "renamed")));
        assertThat(bearers.isCurrent(signed)).as("the same key by another name").isTrue();
        nanos.addAndGet(301_000_000_000L);
        nextKeys = CompletableFuture.completedFuture(jwks(jwk(EC, "e")));
        assertThat(bearers.isCurrent(signed)).as("fetched for it").isFalse();

        use(null, null, url + "/moved");
        nextKeys = new CompletableFuture<>();
        assertThat(bearers.isCurrent(signed)).as("nothing known of any key").isTrue();
        nextKeys.complete(jwks(jwk(RSA, "r")));
        assertThat(bearers.isCurrent(signed)).isTrue();
        time.set(Instant.ofEpochSecond(NOW + 91));
        assertThat(bearers.isCurrent(signed)).as("expired").isFalse();
    }
}
