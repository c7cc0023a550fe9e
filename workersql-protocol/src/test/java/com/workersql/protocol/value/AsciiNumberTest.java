// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiNumberTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "+1",
                "1.",
                ".5",
                "0.1",
                "1e0",
                "1E+5",
                "1e-5",
                "123456789012345678",
                "9007199254740993",
                "9007199254740992.5",
                "0.30000000000000004",
                "1.7976931348623157e308",
                "1.7976931348623159e308",
                "2.2250738585072014e-308",
                "2.2250738585072011e-308",
                "4.9e-324",
                "2.4703282292062328e-324",
                "1e-400",
                "1e400",
                "1e22",
                "1e23",
                "8.5e22",
                "12345678901234567890123",
                "0.000000000000000000000000000123",
                "9223372036854775808",
                "18446744073709551615",
                "1844674407370955161600",
                "6.02214076e23",
                "179769313486231580793e289"
            })
    void readsARealAsTheJdkDoes(String text) {
        assertThat(real(text)).isEqualTo(Double.parseDouble(text));
    }

    @Test
    void readsRandomRealsAsTheJdkDoes() {
        Random random = new Random(17);
        for (int i = 0; i < Integer.getInteger("workersql.reals", 20_000); i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(value)) {
                continue;
            }
            String shortest = Double.toString(value);
            assertThat(real(shortest)).isEqualTo(value);
            String digits = Long.toUnsignedString(random.nextLong()).substring(random.nextInt(8)) + "e"
                    + (random.nextInt(640) - 330);
            assertThat(real(digits)).as(digits).isEqualTo(Double.parseDouble(digits));
            String exact = new BigDecimal(value).toPlainString();
            String cut = exact.substring(0, Math.min(exact.length(), 1 + random.nextInt(60)));
            if (Math.abs(Math.getExponent(value)) < 200 && Character.isDigit(cut.charAt(cut.length() - 1))) {
                assertThat(real(cut)).as(cut).isEqualTo(Double.parseDouble(cut));
            }
        }
    }

    @Test
    void readsIntegersOfEveryLengthWhereverTheyLie() {
        Random random = new Random(5);
        for (int length = 1; length <= 18; length++) {
            for (int front = 0; front < 20; front++) {
                String digits = random.ints(length, '0', '9' + 1)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
                byte[] in = ("9".repeat(front) + digits).getBytes(StandardCharsets.US_ASCII);
                assertThat(AsciiNumber.signed(in, front, length)).isEqualTo(Long.parseLong(digits));
                in = ("9".repeat(front) + '-' + digits).getBytes(StandardCharsets.US_ASCII);
                assertThat(AsciiNumber.signed(in, front, length + 1)).isEqualTo(-Long.parseLong(digits));
            }
        }
    }

    @Test
    void takesNoOtherByteForADigit() {
        for (int length = 1; length <= 18; length++) {
            for (int at = 0; at < length; at++) {
                for (int c = 0; c < 256; c++) {
                    byte[] in = "1".repeat(16 + length).getBytes(StandardCharsets.US_ASCII);
                    in[16 + at] = (byte) c;
                    boolean sign = at == 0 && length > 1 && (c == '-' || c == '+');
                    boolean endsAtPoint = c == '.' && at > 0 && at == length - 1;
                    if (!sign && !endsAtPoint && (c < '0' || c > '9')) {
                        int bytes = length;
                        assertThatThrownBy(() -> AsciiNumber.signed(in, 16, bytes))
                                .isInstanceOf(ProtocolException.class);
                    }
                }
            }
        }
    }

    private static double real(String text) {
        byte[] in = text.getBytes(StandardCharsets.US_ASCII);
        return AsciiNumber.real(in, 0, in.length);
    }
}
