// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that want to be taken for what they are not. */
class HostileTokensTest extends BearersFixture {
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"kty\":\"RSA\",\"alg\":\"HS256\"",
                "\"kty\":\"oct\",\"k\":\"\"",
                "\"kty\":\"oct\",\"k\":\"AA\",\"alg\":\"HS256\"",
            })
    void takesNoKeyOfASetForASecret(String members) throws Exception {
        var good = jwk(RSA, "r");
        var odd = members.contains("RSA")
                ? good.replace("\"kty\":\"RSA\"", members).replace("\"kid\":\"r\"", "\"kid\":\"odd\"")
                : "{" + members + ",\"kid\":\"odd\"}";
        try {
            use(null, jwks(good, odd), null);
        } catch (IllegalArgumentException e) {
            return; // A set with such a key in it is not used at all.
        }
        var head = head("\"alg\":\"HS256\",\"kid\":\"odd\"", GOOD);
        for (var key : List.of(new byte[] {0}, RSA.getPublic().getEncoded())) {
            assertThat(prove(head + "." + base64(hmac(key, head)))).isFalse();
        }
        assertThat(prove(rs256("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD))).isTrue();
    }

    @Test
    void readsNoOtherSerialization() throws Exception {
        useSecret();
        var good = hs256("\"alg\":\"HS256\"", GOOD);
        var parts = good.split("\\.", -1);
        assertThat(prove(good)).isTrue();

        for (var other : List.of(
                "{\"protected\":\"" + parts[0] + "\",\"payload\":\"" + parts[1] + "\",\"signature\":\"" + parts[2]
                        + "\"}",
                "{\"header\":{\"alg\":\"HS256\"},\"payload\":\"" + parts[1] + "\",\"signature\":\"" + parts[2] + "\"}",
                parts[0] + "." + parts[1],
                good + ".",
                "." + good,
                good + "." + parts[2],
                parts[0] + ".." + parts[2])) {
            assertThat(prove(other)).as(other).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"kid\":\"\"",
                "\"kid\":null",
                "\"kid\":[\"r\"]",
                "\"kid\":{\"r\":1}",
                "\"kid\":\"R\"",
                "\"kid\":\"r \"",
                "\"kid\":\"r\\u0000\"",
                "\"kid\":\"file:///etc/passwd\"",
                "\"kid\":\"http://127.0.0.1:1/key\"",
                "\"kid\":\"|/bin/sh\"",
                "\"kid\":\"r\",\"kid\":\"e\"",
            })
    void findsAKeyByItsExactNameAlone(String kid) throws Exception {
        use(null, jwks(jwk(RSA, "r"), jwk(EC, "e")), null);

        assertThat(prove(rs256("\"alg\":\"RS256\"," + kid, GOOD))).isFalse();
        assertThat(fetched).isEmpty();
    }

    @Test
    void neverTakesAChangedTokenForAnotherTenants() throws Exception {
        useSecret();
        long seed = Long.getLong("workersql.seed", 20261127L);
        var random = new Random(seed);
        var good = hs256("\"alg\":\"HS256\"", GOOD);
        int tries = Integer.getInteger("workersql.tokens.mutations", 2_000);
        for (int i = 0; i < tries; i++) {
            var changed = new StringBuilder(good);
            int at = random.nextInt(good.length());
            char other = "ABCxyz019-_.=+/ \u00e9".charAt(random.nextInt(17));
            if (random.nextBoolean()) {
                changed.setCharAt(at, other);
            } else {
                changed.insert(at, other);
            }
            // The last character of a part may hold bits that mean nothing: the claims are the same then.
            if (prove(changed.toString())) {
                assertThat(principal.tenant()).as("seed %d, try %d", seed, i).isEqualTo("acme");
                assertThat(principal.user()).isEqualTo("ann");
                assertThat(changed.substring(0, good.lastIndexOf('.')))
                        .as("seed %d, try %d", seed, i)
                        .isEqualTo(good.substring(0, good.lastIndexOf('.')));
            }
        }
    }

    @Test
    void refusesNumbersThatAreNoSignatureOfTheCurve() throws Exception {
        use(null, jwks(jwk(EC, "e")), null);
        var head = head("\"alg\":\"ES256\",\"kid\":\"e\"", GOOD);
        var order = HexFormat.of().parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        var good = sign(EC, "SHA256withECDSAinP1363Format", head);
        var zero = new byte[32];
        var one = new byte[32];
        one[31] = 1;
        for (var r : List.of(zero, one, order, Arrays.copyOf(good, 32))) {
            for (var s : List.of(zero, one, order)) {
                var both = Arrays.copyOf(r, 64);
                System.arraycopy(s, 0, both, 32, 32);
                assertThat(prove(head + "." + base64(both)))
                        .as("%s %s", HexFormat.of().formatHex(r), HexFormat.of().formatHex(s))
                        .isFalse();
            }
        }
        for (int length : new int[] {0, 1, 32, 63, 65, 66, 128}) {
            assertThat(prove(head + "." + base64(Arrays.copyOf(good, length))))
                    .as("%d bytes", length)
                    .isFalse();
        }
    }

    @Test
    void refusesPartsOfAnRsaSignature() throws Exception {
        use(null, jwks(jwk(RSA, "r")), null);
        var head = head("\"alg\":\"RS256\",\"kid\":\"r\"", GOOD);
        var good = sign(RSA, "SHA256withRSA", head);
        assertThat(prove(head + "." + base64(good))).isTrue();

        for (int length : new int[] {0, 1, 128, good.length - 1, good.length + 1, 2 * good.length}) {
            assertThat(prove(head + "." + base64(Arrays.copyOf(good, length))))
                    .as("%d bytes", length)
                    .isFalse();
        }
        var shifted = new byte[good.length + 1];
        System.arraycopy(good, 0, shifted, 1, good.length);
        assertThat(prove(head + "." + base64(shifted))).as("a zero before it").isFalse();
        assertThat(prove(head + "." + base64(new byte[good.length])))
                .as("zeros")
                .isFalse();
        assertThat(prove(head + "." + base64(sign(RSA, "SHA1withRSA", head)))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"alg\":\"dir\",\"enc\":\"A128GCM\",\"zip\":\"DEF\"",
                "\"alg\":\"RSA1_5\",\"enc\":\"A128CBC-HS256\"",
                "\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"cty\":\"JWT\"",
                "\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{\"kty\":\"EC\"}",
                "\"alg\":\"PBES2-HS512+A256KW\",\"enc\":\"A256GCM\",\"p2c\":2147483647,\"p2s\":\"AA\"",
            })
    void looksIntoNoEncryptedToken(String header) {
        useSecret();

        assertThat(prove(base64("{" + header + "}") + ".AA.AA.AA.AA")).isFalse();
        assertThat(error.message()).contains("no signed token");
    }

    @Test
    void looksIntoNoTokenWithinAToken() throws Exception {
        useSecret();
        var nested = GOOD;
        for (int i = 0; i < 3; i++) {
            nested = hs256(
                    "\"alg\":\"HS256\",\"cty\":\"JWT\"", nested.startsWith("\"") ? nested : "\"t\":\"" + nested + "\"");
            assertThat(prove(nested)).as("depth %d", i).isEqualTo(false);
        }
        assertThat(prove("e30.".repeat(100) + "e30")).isFalse();
    }
}
