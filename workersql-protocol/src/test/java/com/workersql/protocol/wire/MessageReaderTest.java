// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
    @Test
    void readsTheSameFromEveryKindOfBuffer() {
        ByteBuf message = Unpooled.buffer().writeZero(5);
        message.writeIntLE(-2).writeShortLE(0xFFFE).writeByte(0xFD);
        message.writeCharSequence("a name of more than eight bytes\0short\0caf\u00e9\0\0", StandardCharsets.UTF_8);
        ProtocolStrings.writeLengthEncoded(message, new byte[300]);
        ProtocolStrings.writeLengthEncoded(message, new byte[] {1, 2});
        message.writeCharSequence("value\0rest", StandardCharsets.UTF_8);
        message.skipBytes(5);
        ByteBuf direct = Unpooled.directBuffer().writeBytes(message.duplicate());
        for (ByteBuf payload : List.of(message, direct, message.asReadOnly())) {
            MessageReader in = new MessageReader(payload);
            assertThat(in.readIntLE()).isEqualTo(-2);
            assertThat(in.readUnsignedShortLE()).isEqualTo(0xFFFE);
            assertThat(in.readUnsignedByte()).isEqualTo(0xFD);
            assertThat(in.readNulTerminated()).isEqualTo("a name of more than eight bytes");
            assertThat(in.readStrictNulTerminated()).isEqualTo("short");
            assertThat(in.readStrictNulTerminated()).isEqualTo("caf\u00e9");
            assertThat(in.readNulTerminated()).isEmpty();
            assertThat(in.readLengthEncodedValue().length()).isEqualTo(300);
            assertThat(in.readLengthEncodedValue()).isEqualTo(Bytes.of(new byte[] {1, 2}));
            assertThat(in.readNulTerminatedValue()).isEqualTo(Bytes.of("value".getBytes(StandardCharsets.UTF_8)));
            assertThat(in.readableBytes()).isEqualTo(4);
            in.sync();
            assertThat(payload.readableBytes()).isEqualTo(4);
            assertThat(in.readPluginNameOrRest()).isEqualTo("rest");
            assertThat(in.isReadable()).isFalse();
        }
        direct.release();
    }

    @Test
    void refusesWhatIsNotThere() {
        for (int length = 0; length < 20; length++) {
            MessageReader in =
                    new MessageReader(Unpooled.wrappedBuffer("x".repeat(length).getBytes(StandardCharsets.UTF_8)));
            int left = length;
            assertThatThrownBy(() -> in.skip(left + 1)).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(() -> in.readValue(left + 1)).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(in::readNulTerminated).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(in::readStrictNulTerminated).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(in::readNulTerminatedValue).isInstanceOf(ProtocolException.class);
            in.skip(length);
            assertThatThrownBy(in::readUnsignedByte).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(in::readUnsignedShortLE).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(in::readIntLE).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(in::readLengthEncodedValue).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void givesUsualNamesOfPluginsWithoutMakingThemAnew() {
        for (String name : List.of("caching_sha2_password", "mysql_native_password", "parsec")) {
            ByteBuf twice = Unpooled.copiedBuffer(name + "\0" + name, StandardCharsets.UTF_8);
            MessageReader in = new MessageReader(twice);
            assertThat(in.readPluginName()).isEqualTo(name).isSameAs(in.readPluginNameOrRest());
        }
        ByteBuf others = Unpooled.copiedBuffer("parsed\0\0caching_sha2_passwore\0cach\u00e9", StandardCharsets.UTF_8);
        MessageReader in = new MessageReader(others);
        assertThat(in.readPluginName()).isEqualTo("parsed");
        assertThat(in.readPluginName()).isEmpty();
        assertThat(in.readPluginName()).isEqualTo("caching_sha2_passwore");
        assertThat(in.readPluginNameOrRest()).isEqualTo("cach\u00e9");
        assertThat(in.isReadable()).isFalse();
        assertThatThrownBy(in::readPluginName).isInstanceOf(ProtocolException.class);
    }

    @Test
    void joinsAValueThatLiesInTwoPieces() {
        ByteBuf direct = Unpooled.directBuffer().writeBytes(new byte[] {9, 1, 2, 3, 9, 9, 4, 5, 6});
        MessageReader in = new MessageReader(direct);
        in.skip(1);
        int mark = in.mark();
        in.skip(5);
        assertThat(in.peek(2)).isEqualTo(6);
        assertThat(in.readValueBehind(mark, 3, 2)).isEqualTo(Bytes.of(new byte[] {1, 2, 3, 4, 5}));
        assertThat(in.readableBytes()).isEqualTo(1);
        assertThat(in.readValueBehind(mark, 3, 0)).isEqualTo(Bytes.of(new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> in.peek(1)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> in.readValueBehind(mark, 3, 2)).isInstanceOf(ProtocolException.class);
        direct.release();
    }

    @Test
    void givesDifferentNamesForDifferentBytes() {
        ByteBuf invalid = Unpooled.wrappedBuffer(new byte[] {'a', (byte) 0xFF, 0});
        assertThatThrownBy(() -> new MessageReader(invalid).readStrictNulTerminated())
                .isInstanceOf(ProtocolException.class);
        ByteBuf replacement = Unpooled.copiedBuffer("a\uFFFD\0", StandardCharsets.UTF_8);
        assertThat(new MessageReader(replacement).readStrictNulTerminated()).isEqualTo("a\uFFFD");
    }
}
