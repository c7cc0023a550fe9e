// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EightDigitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 00000000",
        "9, 00000009",
        "1000, 00001000",
        "999999, 00999999",
        "1000000, 01000000",
        "99999999, 99999999"
    })
    void standWithZerosInFrontOfThem(int number, String digits) {
        byte[] bytes = ByteBufUtil.getBytes(Unpooled.buffer().writeLongLE(EightDigits.of(number)));

        assertThat(bytes).asString().isEqualTo(digits);
    }

    /** The stride has no factor in common with a power of ten, so that each four digits come in each place. */
    @Test
    void readBackAsTheirNumber() {
        for (int number = 0; number < EightDigits.LIMIT; number += 97) {
            long digits = EightDigits.of(number);
            if (!EightDigits.areDigits(digits) || EightDigits.value(digits) != number) {
                throw new AssertionError(number + " became " + Long.toHexString(digits));
            }
        }
    }
}
