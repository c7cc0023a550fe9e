// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.InitDb;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** P7: names of 0 to 65535 bytes, valid UTF-8 or not, with NUL anywhere: passed exactly, or refused. */
class NamesPropertyTest {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB);

    @Property
    void aSchemaIsPassedExactlyOrRefused(@ForAll("names") byte[] name) {
        ByteBuf payload = Unpooled.buffer().writeByte(2).writeBytes(name);
        try {
            InitDb command = (InitDb) ClientCommand.decode(payload, CAPABILITIES);
            assertThat(command.schema().getBytes(StandardCharsets.UTF_8)).isEqualTo(name);
        } catch (ProtocolException e) {
            assertThat(isUtf8(name)).isFalse();
        }
    }

    @Property
    void userAndSchemaOfAResponseArePassedExactlyOrRefused(
            @ForAll("names") byte[] user, @ForAll("names") byte[] schema) {
        ByteBuf payload = Unpooled.buffer()
                .writeIntLE(CAPABILITIES.low())
                .writeIntLE(1 << 24)
                .writeShortLE(45)
                .writeZero(22)
                .writeBytes(user)
                .writeByte(0)
                .writeByte(0)
                .writeBytes(schema)
                .writeByte(0);
        try {
            HandshakeResponse41 response = HandshakeResponse41.decode(payload);
            assertThat(response.user().getBytes(StandardCharsets.UTF_8)).isEqualTo(upToNul(user));
            if (Arrays.equals(user, upToNul(user))) {
                String read = response.schema() == null ? "" : response.schema();
                assertThat(read.getBytes(StandardCharsets.UTF_8)).isEqualTo(upToNul(schema));
            }
        } catch (ProtocolException e) {
            boolean good = isUtf8(user) && isUtf8(schema) && Arrays.equals(user, upToNul(user));
            assertThat(good).as(e.getMessage()).isFalse();
        }
    }

    @Property
    void userAndSchemaOfAChangeArePassedExactlyOrRefused(@ForAll("names") byte[] user, @ForAll("names") byte[] schema) {
        ByteBuf payload = Unpooled.buffer()
                .writeByte(0x11)
                .writeBytes(user)
                .writeByte(0)
                .writeByte(0)
                .writeBytes(schema)
                .writeByte(0)
                .writeShortLE(45);
        try {
            ChangeUser change = (ChangeUser) ClientCommand.decode(payload, CAPABILITIES);
            assertThat(change.user().getBytes(StandardCharsets.UTF_8)).isEqualTo(upToNul(user));
            if (Arrays.equals(user, upToNul(user))) {
                String read = change.schema() == null ? "" : change.schema();
                assertThat(read.getBytes(StandardCharsets.UTF_8)).isEqualTo(upToNul(schema));
            }
        } catch (ProtocolException e) {
            assertThat(e.errno()).isEqualTo(1047);
            boolean good = isUtf8(user) && isUtf8(schema) && Arrays.equals(user, upToNul(user));
            assertThat(good).isFalse();
        }
    }

    /** Java's texts may hold half a character; no such text reaches the wire as another one without being told. */
    @Property
    void aTextWithHalfACharacterIsNotTakenForAnother(@ForAll("texts") String text) {
        ByteBuf out = Unpooled.buffer();
        new InitDb(text).encode(out, CAPABILITIES);
        String read = ((InitDb) ClientCommand.decode(out, CAPABILITIES)).schema();
        String expected = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(read).isEqualTo(expected);
    }

    @Provide
    Arbitrary<byte[]> names() {
        Arbitrary<byte[]> anything = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        Arbitrary<byte[]> text = texts().map(name -> name.getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> longNames = Arbitraries.integers()
                .between(250, 0xFFFF)
                .map(length -> {
                    byte[] name = new byte[length];
                    Arrays.fill(name, (byte) 'n');
                    return name;
                });
        return Arbitraries.oneOf(anything, text, longNames);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().all().ofMaxLength(80);
    }

    private static byte[] upToNul(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOf(bytes, end);
    }

    private static boolean isUtf8(byte[] bytes) {
        return ByteBufUtil.isText(Unpooled.wrappedBuffer(bytes), StandardCharsets.UTF_8);
    }
}
