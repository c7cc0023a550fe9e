// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes in the making, used again for each value or row: printed values, and numbers as they lie in binary rows. An array takes them
 * several times faster than a buffer of Netty, which checks each.
 */
final class TextBuffer {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a length takes at the most. */
    private static final int MAX_PREFIX_BYTES = 9;

    private byte[] bytes = new byte[128];
    private int length;

    TextBuffer clear() {
        return cut(0);
    }

    /** Keeps so many of the first bytes. */
    TextBuffer cut(int newLength) {
        length = newLength;
        return this;
    }

    int length() {
        return length;
    }

    /** What is appended lies in it from 0 on; valid up to the next call that appends. */
    byte[] array() {
        return bytes;
    }

    void append(char c) {
        ensure(1);
        bytes[length++] = (byte) c;
    }

    void append(String ascii) {
        ensure(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
    }

    void appendLong(long value) {
        if (value < 0) {
            append('-');
        }
        // The magnitude of the least long, taken as unsigned, is the least long itself.
        appendUnsigned(Math.abs(value));
    }

    void appendUnsigned(long value) {
        ensure(NumberBytes.MAX_BYTES);
        length = NumberBytes.putUnsigned(bytes, length, value);
    }

    /** A number as a value of a text row: its length in front. */
    void appendLongValue(long value) {
        ensure(ShortValue.ROOM);
        length = ShortValue.putPrinted(bytes, length, value);
    }

    /** A number without sign as a value of a text row: its length in front. */
    void appendUnsignedValue(long value) {
        ensure(1 + NumberBytes.MAX_BYTES);
        endValue(NumberBytes.putUnsigned(bytes, length + 1, value));
    }

    /** A decimal that {@link DecimalText#isShort}, as a value of a text row. */
    void appendShortDecimalValue(BigDecimal value) {
        ensure(ShortValue.ROOM);
        length = ShortValue.putPrinted(bytes, length, value);
    }

    /** Fills in the length of a value that lies in front of {@code end}, whose length has one byte. */
    private void endValue(int end) {
        bytes[length] = (byte) (end - length - 1);
        length = end;
    }

    /**
     * A number that is not negative, with zeros in front up to {@code width}.
     *
     * @param width at most 8
     */
    void appendDigits(long value, int width) {
        if (value >= NumberBytes.powerOfTen(width)) {
            appendUnsigned(value);
            return;
        }
        ensure(EightDigits.BYTES);
        LONG.set(bytes, length, EightDigits.of((int) value) >>> ((EightDigits.BYTES - width) * 8));
        length += width;
    }

    /** As {@link TemporalBytes#putDate}. */
    void appendDate(int year, int month, int day) {
        ensure(TemporalBytes.MAX_BYTES);
        length = TemporalBytes.putDate(bytes, length, year, month, day);
    }

    /** As {@link TemporalBytes#putClock}. */
    void appendClock(int hour, int minute, int second) {
        ensure(TemporalBytes.MAX_BYTES);
        length = TemporalBytes.putClock(bytes, length, hour, minute, second);
    }

    /** As {@link TemporalBytes#putBinary}. */
    void appendBinary(int year, int month, int day, int hour, int minute, int second, int micros) {
        ensure(TemporalBytes.MAX_BYTES);
        length = TemporalBytes.putBinary(bytes, length, year, month, day, hour, minute, second, micros);
    }

    /** As {@link RealText#putDouble}. */
    void appendDouble(double value) {
        ensure(1 + NumberBytes.MAX_BYTES);
        length = RealText.putDouble(bytes, length, value);
    }

    /** As {@link NumberBytes#putDecimal}. */
    void appendDecimal(long number, int exponent) {
        ensure(NumberBytes.MAX_BYTES);
        length = NumberBytes.putDecimal(bytes, length, number, exponent);
    }

    void appendByte(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    void appendZeroBytes(int count) {
        ensure(Math.max(count, Long.BYTES));
        if (count <= Long.BYTES) {
            LONG.set(bytes, length, 0L);
        } else {
            Arrays.fill(bytes, length, length + count, (byte) 0);
        }
        length += count;
    }

    /** Leaves room for what is set later. */
    void skip(int count) {
        ensure(count);
        length += count;
    }

    void appendShort(int value) {
        ensure(Short.BYTES);
        SHORT.set(bytes, length, (short) value);
        length += Short.BYTES;
    }

    void appendInt(int value) {
        ensure(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    /** The lowest bytes of a number, little endian; 1 to 8 of them. */
    void appendLowBytes(long value, int count) {
        ensure(Long.BYTES);
        LONG.set(bytes, length, value);
        length += count;
    }

    void appendLongBytes(long value) {
        ensure(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** A length-encoded integer that is not negative. */
    void appendLengthEncoded(int value) {
        switch (LengthEncodedInteger.sizeOf(value)) {
            case 1 -> appendByte(value);
            case 3 -> {
                appendByte(0xFC);
                appendShort(value);
            }
            case 4 -> appendInt((value << 8) | 0xFD);
            default -> {
                appendByte(0xFE);
                appendLongBytes(value);
            }
        }
    }

    /** Puts a byte to where one was appended. */
    void set(int index, int value) {
        bytes[index] = (byte) value;
    }

    void setInt(int index, int value) {
        INT.set(bytes, index, value);
    }

    int get(int index) {
        return bytes[index];
    }

    void append(byte[] source, int index, int count) {
        ensure(count);
        System.arraycopy(source, index, bytes, length, count);
        length += count;
    }

    void append(TextBuffer source) {
        append(source.bytes, 0, source.length);
    }

    void append(ByteBuf source, int index, int count) {
        ensure(count);
        source.getBytes(index, bytes, length, count);
        length += count;
    }

    /** Bytes as a value of a text row. */
    void appendBytesValue(byte[] value) {
        ensure(MAX_PREFIX_BYTES + value.length);
        appendLengthEncoded(value.length);
        append(value, 0, value.length);
    }

    /** Appends text as UTF-8, as a value of a text row. */
    void appendUtf8Value(CharSequence text) {
        int most = Utf8Bytes.MAX_BYTES_OF_CHAR * text.length();
        ensure(MAX_PREFIX_BYTES + most);
        if (most < LengthEncodedInteger.NULL_MARKER) {
            endValue(Utf8Bytes.put(bytes, length + 1, text));
        } else {
            appendLengthEncoded(ProtocolStrings.utf8Bytes(text));
            length = Utf8Bytes.put(bytes, length, text);
        }
    }

    /**
     * Appends text of which every character is ASCII, as a value of a text row, or nothing.
     *
     * @return false when another character is in it
     */
    @SuppressWarnings("deprecation") // It copies the low byte of each character, which is all of it when it is ASCII.
    boolean appendAsciiValue(String text) {
        int count = text.length();
        int mark = length;
        ensure(MAX_PREFIX_BYTES + count);
        if (count < LengthEncodedInteger.NULL_MARKER) {
            bytes[length++] = (byte) count;
        } else {
            appendLengthEncoded(count);
        }
        text.getBytes(0, count, bytes, length);
        int all = 0;
        for (int i = 0; i < count; i++) {
            all |= text.charAt(i);
        }
        if (all > 0x7F) {
            length = mark;
            return false;
        }
        length += count;
        return true;
    }

    /** Puts zeros in front of all that was appended, up to {@code width}. */
    void padFront(int width) {
        int missing = width - length;
        if (missing > 0) {
            ensure(missing);
            System.arraycopy(bytes, 0, bytes, missing, length);
            Arrays.fill(bytes, 0, missing, (byte) '0');
            length += missing;
        }
    }

    void copyTo(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
    }

    void copyTo(StringBuilder out) {
        for (int i = 0; i < length; i++) {
            out.append((char) bytes[i]);
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    private void ensure(int more) {
        if (more > bytes.length - length) {
            grow(more);
        }
    }

    private void grow(int more) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
    }
}
