// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A part of a payload that lies in an array, where a byte costs a tenth of what it costs in a buffer. Of a buffer on the heap it is the
 * buffer's own array and the whole payload; any other is copied, most often at once. Longer ones are copied in pieces, so that a value of
 * many megabytes never lies in memory a second time.
 */
final class PayloadWindow {
    /** So much is copied at once at the most, but for a single value that is read as a number or a time. */
    static final int MAX_BYTES = 16 * 1024;

    private static final int LEAST_BYTES = 64;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] own = {};
    private byte[] bytes = own;
    private ByteBuf payload;
    private int end;
    private int from;
    private int to;
    private int shift;

    /** Lies over another payload, between its indices; they do not move. */
    void over(ByteBuf newPayload) {
        payload = newPayload;
        end = newPayload.writerIndex();
        from = newPayload.readerIndex();
        if (newPayload.hasArray()) {
            bytes = newPayload.array();
            shift = newPayload.arrayOffset();
            to = end;
        } else {
            slide(from, Math.min(end - from, MAX_BYTES));
        }
    }

    ByteBuf payload() {
        return payload;
    }

    /** Valid up to the next call of {@link #over} or {@link #at}. */
    byte[] bytes() {
        return bytes;
    }

    /** What is added to an index of the payload to have one of the array; valid as long as {@link #bytes}. */
    int shift() {
        return shift;
    }

    /** The first index of the payload that is not in the array; valid as long as {@link #bytes}. */
    int loadedEnd() {
        return to;
    }

    /** Where in {@link #bytes} so many bytes of the payload lie, which must be within its indices. */
    int at(int index, int length) {
        if (index < from || index + length > to) {
            slide(index, Math.max(length, Math.min(end - index, MAX_BYTES)));
        }
        return index + shift;
    }

    private void slide(int index, int length) {
        if (length > own.length || own.length > MAX_BYTES) {
            int more = Math.max(2 * Math.min(own.length, MAX_BYTES / 2), LEAST_BYTES);
            own = new byte[Math.max(length, more)];
        }
        payload.getBytes(index, own, 0, length);
        bytes = own;
        from = index;
        to = index + length;
        shift = -index;
    }

    static int shortAt(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at);
    }

    static int intAt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static long longAt(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }
}
