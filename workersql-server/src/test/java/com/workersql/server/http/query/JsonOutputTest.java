// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonOutputTest {
    private final ByteBuf out = Unpooled.buffer();

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void escapesWhatJsonDoesNotAllowInStrings() {
        JsonOutput.string(out, "a\"b\\c\nd\re\tf\u0001g/\u007fé😀");

        assertThat(written()).isEqualTo("\"a\\\"b\\\\c\\nd\\re\\tf\\u0001g/\u007fé😀\"");
    }

    @Test
    void writesTextOfServersTheSameWay() {
        var text = Unpooled.copiedBuffer("xx\"\\\n\u0000é€😀yy", StandardCharsets.UTF_8);

        JsonOutput.string(out, text, 2, text.readableBytes() - 4);

        assertThat(written()).isEqualTo("\"\\\"\\\\\\n\\u0000é€😀\"");
    }

    @ParameterizedTest
    @CsvSource({"80", "c0af", "e08080", "eda080", "f4908080", "f0808080", "c3", "e282", "f09f98", "ff"})
    void replacesWhatIsNoUtf8(String hex) {
        var bytes = HexFormat.of().parseHex("41" + hex + "42");

        JsonOutput.string(out, Unpooled.wrappedBuffer(bytes), 0, bytes.length);

        // Java's decoder takes the same sequences for malformed; it may put one mark for several bytes.
        assertThat(written()).matches("\"A\ufffd+B\"");
    }

    @Test
    void writesBase64AsTheStandardEncoderDoes() {
        var random = new Random(7);
        for (int length = 0; length < 50; length++) {
            var bytes = new byte[length];
            random.nextBytes(bytes);
            out.clear();

            JsonOutput.base64(out, Unpooled.wrappedBuffer(bytes), 0, length);

            assertThat(written()).isEqualTo('"' + Base64.getEncoder().encodeToString(bytes) + '"');
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "-1,-1",
        "9007199254740991,9007199254740991",
        "9007199254740992,'\"9007199254740992\"'",
        "-9007199254740991,-9007199254740991",
        "-9007199254740992,'\"-9007199254740992\"'",
        "-9223372036854775808,'\"-9223372036854775808\"'"
    })
    void quotesIntegersThatDoublesWouldRound(long value, String json) {
        JsonOutput.integer(out, value);

        assertThat(written()).isEqualTo(json);
    }

    @Test
    void writesUnsignedIntegersBeyondTheSignedRange() {
        JsonOutput.unsigned(out, -1);

        assertThat(written()).isEqualTo("\"18446744073709551615\"");
    }

    @ParameterizedTest
    @CsvSource({"0,0.000", "999,0.000", "1000,0.001", "1234567,1.234", "12000000000,12000.000"})
    void writesMillisecondsWithThreeDecimals(long nanos, String json) {
        JsonOutput.millis(out, nanos);

        assertThat(written()).isEqualTo(json);
    }

    @Test
    void halfACharacterMakesNoQuoteOfTheCharacterBehindIt() {
        ByteBuf out = Unpooled.buffer();

        JsonOutput.json(out, "\"\uD800\u0122\"");

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("\"?\u0122\"");
    }
}
