// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

/** Text as UTF-8 in an array. */
final class Utf8Bytes {
    /** What a character takes at the most; two that are a surrogate pair take four. */
    static final int MAX_BYTES_OF_CHAR = 3;

    private Utf8Bytes() {}

    /**
     * Puts the text to {@code start}, where {@link #MAX_BYTES_OF_CHAR} times its length must be free. Half a character becomes a question
     * mark.
     *
     * @return the index behind the last byte
     */
    static int put(byte[] out, int start, CharSequence text) {
        int length = text.length();
        int at = start;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                out[at++] = (byte) c;
            } else if (c < 0x800) {
                out[at++] = (byte) (0xC0 | (c >> 6));
                out[at++] = continuation(c);
            } else if (!Character.isSurrogate(c)) {
                out[at++] = (byte) (0xE0 | (c >> 12));
                out[at++] = continuation(c >> 6);
                out[at++] = continuation(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                int whole = Character.toCodePoint(c, text.charAt(++i));
                out[at++] = (byte) (0xF0 | (whole >> 18));
                out[at++] = continuation(whole >> 12);
                out[at++] = continuation(whole >> 6);
                out[at++] = continuation(whole);
            } else {
                out[at++] = '?';
            }
        }
        return at;
    }

    /** A byte of the lowest six bits. */
    private static byte continuation(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }
}
