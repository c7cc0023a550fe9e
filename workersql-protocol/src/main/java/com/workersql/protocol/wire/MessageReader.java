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
public final class MessageReader implements AutoCloseable {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long TOP_BITS = 0x8080_8080_8080_8080L;
    private static final char REPLACEMENT = '\uFFFD';

    private final ByteBuf payload;
    private final byte[] bytes;
    private final int shift;
    private final boolean copied;
    private final int end;
    private int at;

    /**
     * A reader of a payload's readable bytes.
     *
     * @param payload stays the caller's, and as it is until {@link #close}
     */
    public MessageReader(ByteBuf payload) {
        this.payload = payload;
        copied = !payload.hasArray();
        at = payload.readerIndex();
        if (copied) {
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

    /** Up to a NUL, which is taken away, or to the end when there is none. */
    public String readNulTerminatedOrRest() {
        if (lengthToNul() >= 0) {
            return readNulTerminated();
        }
        String text = new String(bytes, at, end - at, StandardCharsets.UTF_8);
        at = end;
        return text;
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

    /** So many bytes into an array. */
    public void readBytes(byte[] into, int index, int length) {
        require(length);
        System.arraycopy(bytes, at, into, index, length);
        at += length;
    }

    /** Moves the payload's reader index to here: for what reads on there. */
    public void sync() {
        payload.readerIndex(at + shift);
    }

    /** Goes on where the payload's reader index is now. */
    public void resume() {
        at = payload.readerIndex() - shift;
    }

    /** Wipes the copy, which may hold a secret. The payload is left as it is. */
    @Override
    public void close() {
        if (copied) {
            Arrays.fill(bytes, (byte) 0);
        }
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
