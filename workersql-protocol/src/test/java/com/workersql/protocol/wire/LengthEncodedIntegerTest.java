// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthEncodedIntegerTest {

    /** T16: the widths change at 251, 65536 and 16777216, not one earlier or later. */
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "250, fa",
        "251, fcfb00",
        "65535, fcffff",
        "65536, fd000001",
        "16777215, fdffffff",
        "16777216, fe0000000100000000",
        "9223372036854775807, feffffffffffffff7f",
        "-1, feffffffffffffffff",
    })
    void widthChangesExactlyAtItsBoundaries(long value, String hex) {
        ByteBuf out = Unpooled.buffer();
        LengthEncodedInteger.write(out, value);

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(hex);
        assertThat(LengthEncodedInteger.sizeOf(value)).isEqualTo(hex.length() / 2);
        assertThat(LengthEncodedInteger.get(out, 0)).isEqualTo(value);
        assertThat(LengthEncodedInteger.read(out)).isEqualTo(value);
        assertThat(out.isReadable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fb", "ff", "fc", "fc01", "fd0102", "fe01020304050607"})
    void refusesWhatIsTruncatedOrNoInteger(String hex) {
        assertThatThrownBy(() -> LengthEncodedInteger.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex))))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void acceptsAnEncodingLongerThanNeeded() {
        assertThat(LengthEncodedInteger.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("fd050000"))))
                .isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"05aabb", "fe000000000000008000", "feffffffffffffffff00"})
    void refusesALengthBeyondTheBuffer(String hex) {
        assertThatThrownBy(() ->
                        ProtocolStrings.readLengthEncodedBytes(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex))))
                .isInstanceOf(ProtocolException.class);
    }
}
