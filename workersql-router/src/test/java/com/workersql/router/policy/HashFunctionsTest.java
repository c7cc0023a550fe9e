// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Golden vectors of the functions' own publications; a change here moves everybody's rows. */
class HashFunctionsTest {

    private static final String FOX = "The quick brown fox jumps over the lazy dog";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static long xxh64(String text) {
        return HashFunctions.xxh64(bytes(text), 0, text.length(), 0);
    }

    @Test
    void xxh64IsThatOfItsSpecification() {
        assertThat(xxh64("")).isEqualTo(0xef46db3751d8e999L);
        assertThat(xxh64("a")).isEqualTo(0xd24ec4f1a98c6e5bL);
        assertThat(xxh64("abc")).isEqualTo(0x44bc2cf5ad770999L);
        assertThat(xxh64(FOX)).isEqualTo(0x0b242d361fda71bcL);
    }

    @Test
    void vitessHashIsThatOfVitess() {
        assertThat(NullKeyDes.encrypt(1)).isEqualTo(0x166b40b44aba4bd6L);
        assertThat(NullKeyDes.encrypt(2)).isEqualTo(0x06e7ea22ce92708fL);
        assertThat(NullKeyDes.encrypt(3)).isEqualTo(0x4eb190c9a2fa169cL);
        assertThat(NullKeyDes.encrypt(4)).isEqualTo(0xd2fd8867d50d2dfeL);
    }

    @Test
    void vitessHashIsDesWithANullKey() throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[8], "DES"));
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            long block = random.nextLong();
            byte[] expected =
                    cipher.doFinal(ByteBuffer.allocate(8).putLong(block).array());
            assertThat(NullKeyDes.encrypt(block))
                    .isEqualTo(ByteBuffer.wrap(expected).getLong());
        }
    }

    @Test
    void crc16IsThatOfRedisCluster() {
        assertThat(HashFunctions.crc16(bytes("123456789"), 0, 9)).isEqualTo(0x31C3);
        assertThat(HashFunctions.CRC16.slot(bytes("foo"), 0, 3)).isEqualTo(12182);
        assertThat(HashFunctions.CRC16.slot(bytes("bar"), 0, 3)).isEqualTo(5061);
    }

    @Test
    void murmur3IsThatOfSmhasher() {
        assertThat(HashFunctions.murmur3(bytes(""), 0, 0)).isZero();
        assertThat(HashFunctions.murmur3(bytes("hello"), 0, 5)).isEqualTo(0xcbd8a7b341bd9b02L);
        assertThat(HashFunctions.murmur3(bytes(FOX), 0, FOX.length())).isEqualTo(0xe34bbc7bbc071b6cL);
    }

    @Test
    void sha256GivesItsFirstEightBytes() {
        assertThat(HashFunctions.SHA256.slot(bytes("abc"), 0, 3)).isEqualTo((int) (0xba7816bf8f01cfeaL >>> 50));
    }

    @Test
    void slotsAreTheHighestBits() {
        byte[] key = ByteBuffer.allocate(8).putLong(1).array();
        assertThat(HashFunctions.VITESS_HASH.slot(key, 0, 8)).isEqualTo((int) (0x166b40b44aba4bd6L >>> 50));
        assertThat(HashFunctions.XXH64.slot(bytes("abc"), 0, 3)).isEqualTo((int) (0x44bc2cf5ad770999L >>> 50));
    }

    @Test
    void vitessHashTakesIntegersOnly() {
        assertThat(HashFunctions.VITESS_HASH.accepts(KeyType.STRING)).isFalse();
        assertThatThrownBy(() -> HashFunctions.VITESS_HASH.slot(new byte[3], 0, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
