// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** P4: length-encoded integers, and the lengths that they tell. */
class LengthEncodedIntegerPropertyTest {
    @Property
    void whatIsWrittenIsReadInTheShortestForm(@ForAll long value) {
        ByteBuf out = Unpooled.buffer();
        LengthEncodedInteger.write(out, value);

        assertThat(out.readableBytes()).isEqualTo(LengthEncodedInteger.sizeOf(value));
        assertThat(LengthEncodedInteger.sizeAt(out, 0)).isEqualTo(out.readableBytes());
        assertThat(LengthEncodedInteger.read(out)).isEqualTo(value);
        assertThat(out.isReadable()).isFalse();
    }

    @Property
    void longerFormsThanNeededAreTheSameNumber(@ForAll @IntRange(max = 0xFFFF) int value) {
        ByteBuf two = Unpooled.buffer().writeByte(0xFC).writeShortLE(value);
        ByteBuf three = Unpooled.buffer().writeByte(0xFD).writeMediumLE(value);
        ByteBuf eight = Unpooled.buffer().writeByte(0xFE).writeLongLE(value);

        assertThat(LengthEncodedInteger.read(two)).isEqualTo(value);
        assertThat(LengthEncodedInteger.read(three)).isEqualTo(value);
        assertThat(LengthEncodedInteger.read(eight)).isEqualTo(value);
    }

    @Property
    void aLengthIsNeverMoreThanWhatHasCome(@ForAll @Size(max = 20) byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            int length = LengthEncodedInteger.readLength(in);
            assertThat(length).isBetween(0, in.readableBytes());
        } catch (ProtocolException e) {
            assertThat(e.errno()).isEqualTo(1835);
        }
    }

    /** Whatever length is told: the string that is read is no longer than the bytes that are there, or there is none. */
    @Property
    void aStringIsReadAsFarAsItIsThere(@ForAll long length, @ForAll @Size(max = 300) byte[] content) {
        ByteBuf in = Unpooled.buffer();
        LengthEncodedInteger.write(in, length);
        in.writeBytes(content);
        try {
            Bytes value = ProtocolStrings.readLengthEncodedValue(in);
            assertThat(value.length()).isEqualTo((int) length).isLessThanOrEqualTo(content.length);
        } catch (ProtocolException e) {
            assertThat(length < 0 || length > content.length).isTrue();
        }
    }
}
