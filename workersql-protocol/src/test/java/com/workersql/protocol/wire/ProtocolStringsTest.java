// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProtocolStringsTest {

    @Test
    void readsWhatItWrote() {
        ByteBuf buffer = Unpooled.buffer();
        ProtocolStrings.writeNulTerminated(buffer, "grüße");
        ProtocolStrings.writeLengthEncoded(buffer, "日本");
        ProtocolStrings.writeLengthEncoded(buffer, new byte[] {0, 1, 2});
        ProtocolStrings.writeRest(buffer, "rest");

        assertThat(ProtocolStrings.readNulTerminated(buffer)).isEqualTo("grüße");
        assertThat(ProtocolStrings.readLengthEncoded(buffer)).isEqualTo("日本");
        assertThat(ProtocolStrings.readLengthEncodedBytes(buffer)).containsExactly(0, 1, 2);
        assertThat(ProtocolStrings.readRest(buffer)).isEqualTo("rest");
    }

    @Test
    void refusesAStringWithoutItsNul() {
        ByteBuf buffer = Unpooled.copiedBuffer("endless", StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> ProtocolStrings.readNulTerminated(buffer))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("without its NUL");
    }

    @Test
    void refusesToWriteANulInsideAStringEndedByNul() {
        assertThatThrownBy(() -> ProtocolStrings.writeNulTerminated(Unpooled.buffer(), "a\0b"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** U+0127 without its high byte is a quote. */
    @Test
    void halfACharacterBecomesAQuestionMarkAndLeavesTheNextOneAlone() {
        String text = "\uD800\u0127x\uDC00";
        ByteBuf rest = Unpooled.buffer();
        ByteBuf shortText = Unpooled.buffer();
        ByteBuf longText = Unpooled.buffer();
        ProtocolStrings.writeRest(rest, text);
        ProtocolStrings.writeLengthEncoded(shortText, text);
        ProtocolStrings.writeLengthEncoded(longText, text.repeat(50));

        assertThat(ProtocolStrings.readRest(rest)).isEqualTo("?\u0127x?");
        assertThat(ProtocolStrings.readLengthEncoded(shortText)).isEqualTo("?\u0127x?");
        assertThat(ProtocolStrings.readLengthEncoded(longText)).isEqualTo("?\u0127x?".repeat(50));
        assertThat(longText.isReadable()).isFalse();
    }

    @Test
    void strictTextRefusesBytesThatAreNoUtf8() {
        assertThatThrownBy(() -> ProtocolStrings.strictUtf8(new byte[] {(byte) 0xC3}))
                .isInstanceOf(ProtocolException.class);
    }
}
