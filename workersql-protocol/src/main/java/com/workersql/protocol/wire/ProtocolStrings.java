// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The three strings of the protocol: ended by NUL, length-encoded, and the rest of the packet; each as bytes or as UTF-8 text.
 *
 * <p>Bytes that are no UTF-8 become U+FFFD in text; {@link #strictUtf8} refuses them instead. All readers move the reader
 * index, copy, and throw {@link ProtocolException} on truncated input. Source: dev.mysql.com "String Data Types".
 */
public final class ProtocolStrings {
    private static final byte[] EMPTY = new byte[0];
    /** So many characters have fewer than 251 bytes of UTF-8: three each at the most. */
    private static final int MAX_SHORT_CHARS = 83;

    private ProtocolStrings() {}

    /** Reads up to a NUL, which is taken away, as UTF-8. */
    public static String readNulTerminated(ByteBuf in) {
        int length = lengthToNul(in);
        String text = in.readString(length, StandardCharsets.UTF_8);
        in.skipBytes(1);
        return text;
    }

    /** Reads up to a NUL, which is taken away. */
    public static byte[] readNulTerminatedBytes(ByteBuf in) {
        byte[] bytes = readBytes(in, lengthToNul(in));
        in.skipBytes(1);
        return bytes;
    }

    /** Reads a length-encoded string as UTF-8; NULL (0xFB) is malformed. */
    public static String readLengthEncoded(ByteBuf in) {
        return in.readString(LengthEncodedInteger.readLength(in), StandardCharsets.UTF_8);
    }

    /** Reads a length-encoded string; NULL (0xFB) is malformed. */
    public static byte[] readLengthEncodedBytes(ByteBuf in) {
        return readBytes(in, LengthEncodedInteger.readLength(in));
    }

    /** Reads a length-encoded string as a value; NULL (0xFB) is malformed. */
    public static Bytes readLengthEncodedValue(ByteBuf in) {
        return Bytes.read(in, LengthEncodedInteger.readLength(in));
    }

    /** Reads all that is left as a value. */
    public static Bytes readRestValue(ByteBuf in) {
        return Bytes.read(in, in.readableBytes());
    }

    /**
     * Reads exactly {@code length} bytes as a value.
     *
     * @throws ProtocolException when fewer are left
     */
    public static Bytes readFixedValue(ByteBuf in, int length) {
        require(in, length);
        return Bytes.read(in, length);
    }

    /** Reads up to a NUL, which is taken away, as a value. */
    public static Bytes readNulTerminatedValue(ByteBuf in) {
        Bytes bytes = Bytes.read(in, lengthToNul(in));
        in.skipBytes(1);
        return bytes;
    }

    /** Moves behind a length-encoded string; NULL (0xFB) is malformed. */
    public static void skipLengthEncoded(ByteBuf in) {
        in.skipBytes(LengthEncodedInteger.readLength(in));
    }

    /** Reads all that is left as UTF-8. */
    public static String readRest(ByteBuf in) {
        return in.readString(in.readableBytes(), StandardCharsets.UTF_8);
    }

    /** Reads all that is left. */
    public static byte[] readRestBytes(ByteBuf in) {
        return readBytes(in, in.readableBytes());
    }

    /**
     * Reads exactly {@code length} bytes.
     *
     * @throws ProtocolException when fewer are left
     */
    public static byte[] readFixedBytes(ByteBuf in, int length) {
        require(in, length);
        return readBytes(in, length);
    }

    /**
     * Checks that {@code length} bytes are left.
     *
     * @throws ProtocolException when fewer are left
     */
    public static void require(ByteBuf in, int length) {
        if (in.readableBytes() < length) {
            throw ProtocolException.malformed(length + " bytes are needed, " + in.readableBytes() + " are left");
        }
    }

    /**
     * The text of UTF-8 bytes, for names by which something is decided: two different byte strings never give the same text.
     *
     * @throws ProtocolException when they are no UTF-8
     */
    public static String strictUtf8(byte[] bytes) {
        if (isAscii(bytes)) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ProtocolException.malformed("a name that is no valid UTF-8");
        }
    }

    private static boolean isAscii(byte[] bytes) {
        int all = 0;
        for (byte b : bytes) {
            all |= b;
        }
        return all >= 0;
    }

    /** Writes text as UTF-8 and a NUL. Text that holds a NUL would be cut there by the reader, so it is refused. */
    public static void writeNulTerminated(ByteBuf out, CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0) {
                throw new IllegalArgumentException("a string ended by NUL cannot hold a NUL; found one at " + i);
            }
        }
        writeUtf8(out, text);
        out.writeByte(0);
    }

    /** Writes bytes and a NUL. */
    public static void writeNulTerminated(ByteBuf out, byte[] bytes) {
        out.writeBytes(bytes).writeByte(0);
    }

    /** Writes text as UTF-8 behind its length. */
    public static void writeLengthEncoded(ByteBuf out, CharSequence text) {
        if (text.length() <= MAX_SHORT_CHARS) {
            // Its length is one byte whatever its characters are, so that one look at them is enough.
            int lengthIndex = out.writerIndex();
            out.writeByte(0);
            out.setByte(lengthIndex, writeUtf8(out, text));
            return;
        }
        LengthEncodedInteger.write(out, utf8Bytes(text));
        writeUtf8(out, text);
    }

    /** Writes bytes behind their length. */
    public static void writeLengthEncoded(ByteBuf out, byte[] bytes) {
        LengthEncodedInteger.write(out, bytes.length);
        out.writeBytes(bytes);
    }

    /** Writes the readable bytes of {@code value} behind their length; its indices do not move. */
    public static void writeLengthEncoded(ByteBuf out, ByteBuf value) {
        LengthEncodedInteger.write(out, value.readableBytes());
        out.writeBytes(value, value.readerIndex(), value.readableBytes());
    }

    /** Writes a value behind its length. */
    public static void writeLengthEncoded(ByteBuf out, Bytes value) {
        LengthEncodedInteger.write(out, value.length());
        value.writeTo(out);
    }

    /** Writes text as UTF-8, to the packet's end. */
    public static void writeRest(ByteBuf out, CharSequence text) {
        writeUtf8(out, text);
    }

    /** How many bytes of UTF-8 {@code text} has; half a character, which has no UTF-8, is one: a question mark. */
    public static int utf8Bytes(CharSequence text) {
        return hasHalfCharacter(text) ? replaced(text).length : ByteBufUtil.utf8Bytes(text);
    }

    private static int writeUtf8(ByteBuf out, CharSequence text) {
        int start = out.writerIndex();
        int written = ByteBufUtil.writeUtf8(out, text);
        if (out.indexOf(start, start + written, (byte) '?') < 0 || !hasHalfCharacter(text)) {
            return written;
        }
        // For half a character Netty writes '?', and of the character behind it no more than the lowest byte: U+0127
        // would
        // become a quote that no escaping has seen.
        byte[] bytes = replaced(text);
        out.writerIndex(start).writeBytes(bytes);
        return bytes.length;
    }

    private static byte[] replaced(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean hasHalfCharacter(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static int lengthToNul(ByteBuf in) {
        int length = in.bytesBefore((byte) 0);
        if (length < 0) {
            throw ProtocolException.malformed("a string without its NUL, " + in.readableBytes() + " bytes are left");
        }
        return length;
    }

    private static byte[] readBytes(ByteBuf in, int length) {
        if (length == 0) {
            return EMPTY;
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }
}
