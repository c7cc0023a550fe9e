// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Writes JSON tokens (RFC 8259) into a buffer. Never takes or releases a buffer; the reader indices of sources stay. */
public final class JsonOutput {
    /** The largest integer that every JSON reader keeps exactly: 2^53 - 1. */
    static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private JsonOutput() {}

    /**
     * Writes characters as they are, for punctuation and names that need no escape.
     *
     * @param out where to
     * @param ascii ASCII characters
     */
    public static void raw(ByteBuf out, String ascii) {
        ByteBufUtil.writeAscii(out, ascii);
    }

    /**
     * Writes JSON text as it is.
     *
     * @param out where to
     * @param json well-formed
     */
    public static void json(ByteBuf out, String json) {
        // Not by Netty's writer: behind half a surrogate pair it makes one byte of a character, a quote of U+0122.
        out.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a string with its quotes.
     *
     * @param out where to
     * @param text any text; a surrogate without its partner becomes U+FFFD
     */
    public static void string(ByteBuf out, String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.ensureWritable(utf8.length + 2);
        out.writeByte('"');
        int runStart = 0;
        for (int i = 0; i < utf8.length; i++) {
            if (needsEscape(utf8[i])) {
                out.writeBytes(utf8, runStart, i - runStart);
                escape(out, utf8[i]);
                runStart = i + 1;
            }
        }
        out.writeBytes(utf8, runStart, utf8.length - runStart);
        out.writeByte('"');
    }

    /**
     * Writes bytes that a server sent as utf8mb4 text as a string with its quotes. What is not valid UTF-8 becomes U+FFFD,
     * since one bad byte would make the whole document unreadable.
     *
     * @param out where to
     * @param utf8 holds the text
     * @param start where the text begins
     * @param length how many bytes it has
     */
    public static void string(ByteBuf out, ByteBuf utf8, int start, int length) {
        int index = start;
        int end = start + length;
        out.ensureWritable(length + 2);
        out.writeByte('"');
        int runStart = index;
        while (index < end) {
            byte b = utf8.getByte(index);
            int step = b >= 0 ? (needsEscape(b) ? 0 : 1) : sequenceLength(utf8, index, end);
            if (step == 0) {
                out.writeBytes(utf8, runStart, index - runStart);
                if (b >= 0) {
                    escape(out, b);
                } else {
                    out.writeBytes(REPLACEMENT);
                }
                step = 1;
                runStart = index + 1;
            }
            index += step;
        }
        out.writeBytes(utf8, runStart, end - runStart);
        out.writeByte('"');
    }

    /**
     * Writes bytes as a string of base64 with padding (RFC 4648 section 4).
     *
     * @param out where to
     * @param bytes holds the bytes
     * @param start where they begin
     * @param length how many there are
     */
    public static void base64(ByteBuf out, ByteBuf bytes, int start, int length) {
        int index = start;
        int end = start + length;
        out.ensureWritable((length + 2) / 3 * 4 + 2);
        out.writeByte('"');
        for (; index + 2 < end; index += 3) {
            int group = bytes.getUnsignedMedium(index);
            out.writeByte(BASE64[group >>> 18]);
            out.writeByte(BASE64[(group >>> 12) & 63]);
            out.writeByte(BASE64[(group >>> 6) & 63]);
            out.writeByte(BASE64[group & 63]);
        }
        if (index < end) {
            boolean two = index + 1 < end;
            int group = bytes.getUnsignedByte(index) << 16 | (two ? bytes.getUnsignedByte(index + 1) << 8 : 0);
            out.writeByte(BASE64[group >>> 18]);
            out.writeByte(BASE64[(group >>> 12) & 63]);
            out.writeByte(two ? BASE64[(group >>> 6) & 63] : '=');
            out.writeByte('=');
        }
        out.writeByte('"');
    }

    /**
     * Writes an integer as a number, or as a string when readers with floating point numbers would round it.
     *
     * @param out where to
     * @param value the value
     */
    public static void integer(ByteBuf out, long value) {
        boolean quoted = value > MAX_SAFE_INTEGER || value < -MAX_SAFE_INTEGER;
        digits(out, Long.toString(value), quoted);
    }

    /**
     * Like {@link #integer} for an unsigned number.
     *
     * @param out where to
     * @param bits the value's bits
     */
    public static void unsigned(ByteBuf out, long bits) {
        digits(out, Long.toUnsignedString(bits), bits < 0 || bits > MAX_SAFE_INTEGER);
    }

    /**
     * Writes a span of time in milliseconds with up to three decimals.
     *
     * @param out where to
     * @param nanos the span in nanoseconds, not negative
     */
    public static void millis(ByteBuf out, long nanos) {
        long micros = Math.max(0, nanos) / 1000;
        raw(out, Long.toString(micros / 1000));
        out.writeByte('.');
        raw(out, Long.toString(1000 + micros % 1000).substring(1));
    }

    private static void digits(ByteBuf out, String digits, boolean quoted) {
        if (quoted) {
            out.writeByte('"');
        }
        raw(out, digits);
        if (quoted) {
            out.writeByte('"');
        }
    }

    private static boolean needsEscape(byte b) {
        return (b >= 0 && b < 0x20) || b == '"' || b == '\\';
    }

    private static void escape(ByteBuf out, byte b) {
        out.writeByte('\\');
        switch (b) {
            case '"', '\\' -> out.writeByte(b);
            case '\n' -> out.writeByte('n');
            case '\r' -> out.writeByte('r');
            case '\t' -> out.writeByte('t');
            default -> {
                raw(out, "u00");
                out.writeByte(HEX[b >>> 4]);
                out.writeByte(HEX[b & 15]);
            }
        }
    }

    /** The length of the well-formed sequence at an index, by table 3-7 of the Unicode standard; 0 when there is none. */
    private static int sequenceLength(ByteBuf in, int index, int end) {
        int first = in.getUnsignedByte(index);
        if (first < 0xC2 || first > 0xF4) {
            return 0;
        }
        int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (index + length > end) {
            return 0;
        }
        int second = in.getUnsignedByte(index + 1);
        int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((in.getByte(index + i) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
