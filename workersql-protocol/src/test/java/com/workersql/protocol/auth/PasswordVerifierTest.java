// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordVerifierTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What MySQL 9.7 keeps for these passwords: {@code SELECT HEX(authentication_string) FROM mysql.user}. */
    @ParameterizedTest
    @CsvSource({
        "secret, 0x24412430304124287B055118704F3075691C28192C195C09633F55626F67586E5A3442627A6C79355A6D4E6F2E594165366B4368396141644B6D7149357456515A4936557738",
        "pässwörd with a length of more than thirty-two bytes,"
                + " 0x244124303041244D01776A45783A65522518690B657B080D7D3C0B565942664F5146525870323653416B45796131336F6A3842536A4156582E4D56547643425A786477367636",
    })
    void matchesThePasswordsOfARealServer(String password, String text) {
        PasswordVerifier verifier = PasswordVerifier.parse(text);

        assertThat(verifier.plugin()).isEqualTo("caching_sha2_password");
        assertThat(verifier.matches(bytes(password))).isTrue();
        assertThat(verifier.matches(bytes(password + "x"))).isFalse();
        assertThat(verifier.matches(new byte[0])).isFalse();
    }

    @Test
    void matchesAPasswordOf208BytesOfARealServer() {
        PasswordVerifier verifier = PasswordVerifier.parse(
                "0x244124303041246D1673504667257B605B2A203B63011A72590A4D7A726439536C4878467267776879432E56376F664D64307864726A6F4762494B5444354F4A4E694B4D4942");

        assertThat(verifier.matches(bytes("0123456789abcdef".repeat(13)))).isTrue();
    }

    @Test
    void hashesToOnePrintableLineThatItCanReadAgain() {
        String text = PasswordVerifier.hashCachingSha2(bytes("secret"), new SecureRandom());

        assertThat(text).matches("\\$A\\$005\\$[A-Za-z0-9]{20}[A-Za-z0-9./]{43}");
        assertThat(PasswordVerifier.parse(text).text()).isEqualTo(text);
        assertThat(PasswordVerifier.parse(text).matches(bytes("secret"))).isTrue();
        assertThat(PasswordVerifier.parse(text)).isEqualTo(PasswordVerifier.parse(text));
    }

    @Test
    void readsTheNativeForm() {
        PasswordVerifier verifier = PasswordVerifier.parse("*14E65567ABDB5135D0CFD9A70B3032C179A49EE7");

        assertThat(verifier.plugin()).isEqualTo("mysql_native_password");
        assertThat(verifier.text()).isEqualTo("*14E65567ABDB5135D0CFD9A70B3032C179A49EE7");
        assertThat(verifier.matches(bytes("secret"))).isTrue();
        assertThat(verifier.matches(bytes("Secret"))).isFalse();
    }

    /** What MySQL 9.7 keeps for {@code IDENTIFIED WITH sha256_password BY 'secret'}. */
    @Test
    void readsTheFormOfSha256Password() {
        PasswordVerifier verifier = PasswordVerifier.parse(
                "0x2435247316387C4001021A582A1A540E09477E5E3E6C2D246F7235644E3277487045412F7549722E6763516E5342682F756B35574852574D436C6F303374554C726142");

        assertThat(verifier.plugin()).isEqualTo("sha256_password");
        assertThat(verifier.matches(bytes("secret"))).isTrue();
        assertThat(verifier.matches(bytes("Secret"))).isFalse();
        assertThat(PasswordVerifier.parse(verifier.text())).isEqualTo(verifier);
    }

    @Test
    void anEmptyTextIsAnEmptyPassword() {
        assertThat(PasswordVerifier.parse("").matches(new byte[0])).isTrue();
        assertThat(PasswordVerifier.parse("").matches(bytes("x"))).isFalse();
    }

    @Test
    void noPasswordMatchesTheDecoy() {
        assertThat(PasswordVerifier.decoy(new SecureRandom()).matches(bytes("secret")))
                .isFalse();
    }

    @Test
    void aDecoyIsOfTheFormOfAUserAndTheSameForItsSeed() {
        byte[] seed = bytes("the first twenty bytes and what does not count");
        String text = PasswordVerifier.decoy(seed).text();

        assertThat(text).matches("\\$A\\$005\\$[A-Za-z0-9]{20}-{43}");
        assertThat(PasswordVerifier.decoy(Arrays.copyOf(seed, 20)).text()).isEqualTo(text);
        assertThat(PasswordVerifier.decoy(bytes("another twenty bytes!")).text())
                .isNotEqualTo(text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordVerifier.decoy(new byte[19]))
                .withMessageContaining("19");
    }

    @Test
    void neverPrintsItself() {
        assertThat(PasswordVerifier.parse("*14E65567ABDB5135D0CFD9A70B3032C179A49EE7"))
                .hasToString("Native[]");
        assertThat(PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(bytes("secret"), new SecureRandom())))
                .hasToString("CachingSha2[]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "*14E6", "$A$005$short", "$5$20charactersofsaltxx", "0x2441", "*zz"})
    void refusesAnyOtherTextWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> PasswordVerifier.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain(text);
    }
}
