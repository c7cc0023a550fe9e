// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the fields of one short message one behind the other. A message of many fields is read twice as fast from an array as from a
 * buffer off the heap, so that such a one is copied first: meant for messages that come once, such as those of the handshake, and not
 * for payloads of any size.
 *
 * <p>Every reader moves behind what it reads, and throws {@link ProtocolException} when it is not there. Not for several threads.
 */
public final class MessageReader {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long TOP_BITS = 0x8080_8080_8080_8080L;
    private static final char REPLACEMENT = '\uFFFD';

    private static final byte[] NO_BYTES = {};

    private final ByteBuf payload;
    private final byte[] bytes;
    private final int shift;
    private final int end;
    private int at;

    /**
     * A reader of a payload's readable bytes.
     *
     * @param payload stays the caller's, and as it is while it is read
     */
    public MessageReader(ByteBuf payload) {
        this.payload = payload;
        at = payload.readerIndex();
        if (!payload.hasArray()) {
            bytes = new byte[payload.readableBytes()];
            payload.getBytes(at, bytes);
            shift = at;
            at = 0;
            end = bytes.length;
        } else {
            bytes = payload.array();
            shift = -payload.arrayOffset();
            at += payload.arrayOffset();
            end = at + payload.readableBytes();
        }
    }

    /** True when something is left. */
    public boolean isReadable() {
        return at < end;
    }

    /** How many bytes are left. */
    public int readableBytes() {
        return end - at;
    }

    /**
     * Checks that {@code length} bytes are left.
     *
     * @throws ProtocolException when fewer are left
     */
    public void require(int length) {
        if (length > end - at) {
            throw ProtocolException.malformed(length + " bytes are needed, " + (end - at) + " are left");
        }
    }

    /** One byte, 0 to 255. */
    public int readUnsignedByte() {
        require(1);
        return bytes[at++] & 0xFF;
    }

    /** Two bytes, little endian, 0 to 65535. */
    public int readUnsignedShortLE() {
        require(2);
        at += 2;
        return (bytes[at - 2] & 0xFF) | ((bytes[at - 1] & 0xFF) << 8);
    }

    /** Four bytes, little endian. */
    public int readIntLE() {
        require(4);
        at += 4;
        return (int) INT.get(bytes, at - 4);
    }

    /** Moves on by {@code length} bytes. */
    public void skip(int length) {
        require(length);
        at += length;
    }

    /** Up to a NUL, which is taken away, as UTF-8; what is none becomes U+FFFD. */
    public String readNulTerminated() {
        int length = requireNul();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length + 1;
        return text;
    }

    /** As {@link #readNulTerminated}, for an authentication plugin's name: the usual ones take no memory. */
    public String readPluginName() {
        int length = requireNul();
        String name = PluginNames.read(bytes, at, length);
        at += length + 1;
        return name;
    }

    /** As {@link #readPluginName}, or to the end when there is no NUL. */
    public String readPluginNameOrRest() {
        if (lengthToNul() >= 0) {
            return readPluginName();
        }
        String name = PluginNames.read(bytes, at, end - at);
        at = end;
        return name;
    }

    /** As {@link #readNulTerminated}, by {@link ProtocolStrings#strictUtf8}: for names by which something is decided. */
    public String readStrictNulTerminated() {
        int length = requireNul();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        // Where there is no such character, nothing was replaced.
        if (text.indexOf(REPLACEMENT) >= 0) {
            text = ProtocolStrings.strictUtf8(Arrays.copyOfRange(bytes, at, at + length));
        }
        at += length + 1;
        return text;
    }

    /** Up to a NUL, which is taken away, as a value. */
    public Bytes readNulTerminatedValue() {
        Bytes value = readValue(requireNul());
        at++;
        return value;
    }

    /** So many bytes as a value. */
    public Bytes readValue(int length) {
        require(length);
        at += length;
        return Bytes.of(bytes, at - length, length);
    }

    /** Length-encoded bytes as a value; NULL (0xFB) is malformed. */
    public Bytes readLengthEncodedValue() {
        if (at < end && (bytes[at] & 0xFF) < LengthEncodedInteger.NULL_MARKER) {
            return readValue(bytes[at++] & 0xFF);
        }
        sync();
        Bytes value = ProtocolStrings.readLengthEncodedValue(payload);
        resume();
        return value;
    }

    /** Where the reader is, for {@link #readValueBehind}. */
    public int mark() {
        return at;
    }

    /**
     * A value in two pieces: {@code first} bytes that have been passed, and the next {@code second} ones.
     *
     * @param mark where the first ones begin
     */
    public Bytes readValueBehind(int mark, int first, int second) {
        require(second);
        at += second;
        return Bytes.of(bytes, mark, first, at - second, second);
    }

    /** The byte behind the next {@code offset} ones, 0 to 255; nothing moves. */
    public int peek(int offset) {
        require(offset + 1);
        return bytes[at + offset] & 0xFF;
    }

    /** Moves the payload's reader index to here: for what reads on there. */
    public void sync() {
        payload.readerIndex(at + shift);
    }

    /** Goes on where the payload's reader index is now. */
    public void resume() {
        at = payload.readerIndex() - shift;
    }

    /** The copy, for the caller to wipe behind the reading where the payload may hold a secret; empty where there is none. */
    public byte[] copy() {
        return payload.hasArray() ? NO_BYTES : bytes;
    }

    private int lengthToNul() {
        int i = at;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            long eight = (long) LONG.get(bytes, i);
            // The lowest of these bits is that of the first byte that is zero.
            long zeros = (eight - ONES) & ~eight & TOP_BITS;
            if (zeros != 0) {
                return i - at + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; i < end; i++) {
            if (bytes[i] == 0) {
                return i - at;
            }
        }
        return -1;
    }

    private int requireNul() {
        int length = lengthToNul();
        if (length < 0) {
            throw ProtocolException.malformed("a string without its NUL, " + (end - at) + " bytes are left");
        }
        return length;
    }
}
