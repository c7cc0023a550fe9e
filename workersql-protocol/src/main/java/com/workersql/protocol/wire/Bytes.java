// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A sequence of bytes that is a value: compared by content (in constant time for equal lengths), never printed.
 *
 * <p>Immutable but for {@link #wipe}, which exists because these bytes may be a secret. Safe for any thread until then.
 */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** A copy of {@code content}. */
    public static Bytes of(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content.clone());
    }

    /** A copy of a part of {@code content}. */
    public static Bytes of(byte[] content, int index, int length) {
        return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(content, index, index + length));
    }

    /** A copy of two parts of {@code content}, one behind the other; they are not empty together. */
    static Bytes of(byte[] content, int index, int length, int secondIndex, int secondLength) {
        byte[] both = new byte[length + secondLength];
        System.arraycopy(content, index, both, 0, length);
        System.arraycopy(content, secondIndex, both, length, secondLength);
        return new Bytes(both);
    }

    /** Reads {@code length} bytes and moves the reader index. The caller has checked that they are there. */
    static Bytes read(ByteBuf in, int length) {
        if (length == 0) {
            return EMPTY;
        }
        byte[] content = new byte[length];
        in.readBytes(content);
        return new Bytes(content);
    }

    /** How many bytes. */
    public int length() {
        return content.length;
    }

    /** True when there are none. */
    public boolean isEmpty() {
        return content.length == 0;
    }

    /** The byte at {@code index} as 0 to 255. */
    public int at(int index) {
        return content[index] & 0xFF;
    }

    /** A copy. */
    public byte[] toArray() {
        return content.clone();
    }

    /** Writes all of them. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(content);
    }

    /** Overwrites the content with zeros. Nobody may use this value afterwards. */
    public void wipe() {
        Arrays.fill(content, (byte) 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && MessageDigest.isEqual(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return content.length + " bytes";
    }
}
