// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RealTextTest {
    /** Expected as MySQL 9.7 and MariaDB 11.4 print them. */
    @ParameterizedTest
    @CsvSource({
        "1e15, 1e15",
        "1e14, 100000000000000",
        "-1e20, -1e20",
        "1.7976931348623157e308, 1.7976931348623157e308",
        "0.0001, 0.0001",
        "1e-5, 0.00001",
        "1e-15, 0.000000000000001",
        "1e-16, 1e-16",
        "1234567890123456.7, 1234567890123456.8",
        "12345678901234567, 1.2345678901234568e16",
        "5e-324, 5e-324",
        "2e23, 2e23",
        "5.684341886080802e-14, 0.00000000000005684341886080802",
        "-0.0, -0"
    })
    void printsDoublesLikeTheServers(double value, String expected) {
        TextBuffer out = new TextBuffer();
        RealText.appendDouble(out, value);
        assertThat(out.toString()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "16777216, 16777200",
        "1234565, 1234560",
        "1234575, 1234580",
        "1.17549435e-38, 1.17549e-38",
        "3.40282347e38, 3.40282e38",
        "0.1, 0.1"
    })
    void roundsFloatsToSixDigits(float value, String expected) {
        TextBuffer out = new TextBuffer();
        RealText.appendFloat(out, value);
        assertThat(out.toString()).isEqualTo(expected);
    }

    @Test
    void printsDoublesThatReadBackAsThemselves() {
        Random random = new Random(4);
        for (int i = 0; i < 50_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                TextBuffer out = new TextBuffer();
                RealText.appendDouble(out, value);
                assertThat(Double.parseDouble(out.toString())).isEqualTo(value);
            }
        }
    }

    @Test
    void printsNumbersThatNoServerStoresAsTheServersFormatterDoes() {
        TextBuffer out = new TextBuffer();
        RealText.appendDouble(out, Double.NaN);
        RealText.appendFloat(out, Float.POSITIVE_INFINITY);
        RealText.appendFixed(out, Double.NEGATIVE_INFINITY, 2);
        assertThat(out.toString()).isEqualTo("000");
    }
}
