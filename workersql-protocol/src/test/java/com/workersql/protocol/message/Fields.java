// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** What fields of messages may hold. */
final class Fields {
    private Fields() {}

    /** Any text without half characters, also with NUL. */
    static Arbitrary<String> text() {
        return Arbitraries.strings()
                .withCharRange('\0', '\u07FF')
                .withCharRange('\uE000', '\uFFFD')
                .ofMaxLength(300);
    }

    /** A text that can be ended by NUL. */
    static Arbitrary<String> name() {
        return text().map(text -> text.replace("\0", ""));
    }

    static Arbitrary<String> nonEmptyName() {
        return name().map(name -> name.isEmpty() ? "n" : name);
    }

    static Arbitrary<Bytes> bytes(int max) {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(max).map(Bytes::of);
    }

    /** Bytes without NUL. */
    static Arbitrary<Bytes> letters(int min, int max) {
        return Arbitraries.bytes()
                .between((byte) 1, (byte) 127)
                .array(byte[].class)
                .ofMinSize(min)
                .ofMaxSize(max)
                .map(Bytes::of);
    }

    static Arbitrary<ByteBuf> buffer() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(300).map(Unpooled::wrappedBuffer);
    }

    static Arbitrary<Integer> uint8() {
        return withBorders(0xFF);
    }

    static Arbitrary<Integer> uint16() {
        return withBorders(0xFFFF);
    }

    private static Arbitrary<Integer> withBorders(int max) {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(0, max)),
                Tuple.of(1, Arbitraries.of(0, 1, max / 2 + 1, max)));
    }

    static Arbitrary<Boolean> bool() {
        return Arbitraries.of(true, false);
    }

    static Arbitrary<Map<String, String>> attributes() {
        return Arbitraries.maps(text(), text()).ofMaxSize(4);
    }
}
