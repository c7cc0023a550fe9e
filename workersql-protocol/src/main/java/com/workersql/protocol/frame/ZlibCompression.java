// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** zlib by the JDK. The buffer of what is inflated grows with what comes out, never by what was declared. */
final class ZlibCompression implements BlockCompression {
    private static final int FIRST_BYTES = 64 * 1024;
    private static final int STEP_BYTES = 8 * 1024;

    private final Inflater inflater = new Inflater();
    private final Deflater deflater;

    ZlibCompression(int level) {
        deflater = new Deflater(level);
    }

    @Override
    public ByteBuf inflate(ByteBuf in, int inflatedBytes, ByteBufAllocator allocator) {
        ByteBuf out = allocator.buffer(Math.min(inflatedBytes, FIRST_BYTES), inflatedBytes);
        try {
            inflater.reset();
            inflater.setInput(in.nioBuffer());
            while (out.isWritable() || grow(out)) {
                int inflated = inflater.inflate(writable(out, out.writableBytes()));
                out.writerIndex(out.writerIndex() + inflated);
                if (inflated == 0) {
                    break;
                }
            }
            // The stream's end has a check sum, which is read only when more is asked for.
            byte[] more = new byte[1];
            if (out.readableBytes() < inflatedBytes
                    || inflater.inflate(more) > 0
                    || !inflater.finished()
                    || inflater.getRemaining() > 0) {
                throw CompressedFrameDecoder.broken("a compressed packet of " + in.readableBytes()
                        + " bytes is not the " + inflatedBytes + " bytes that its header tells of");
            }
            ByteBuf whole = out;
            out = null;
            return whole;
        } catch (DataFormatException e) {
            throw CompressedFrameDecoder.broken("a compressed packet that is no zlib stream: " + e.getMessage());
        } finally {
            if (out != null) {
                out.release();
            }
        }
    }

    private static boolean grow(ByteBuf out) {
        if (out.capacity() == out.maxCapacity()) {
            return false;
        }
        out.capacity((int) Math.min(out.maxCapacity(), 2L * out.capacity()));
        return true;
    }

    @Override
    public void deflate(ByteBuf in, int index, int length, ByteBuf out) {
        deflater.reset();
        deflater.setInput(in.nioBuffer(index, length));
        deflater.finish();
        while (!deflater.finished()) {
            out.ensureWritable(STEP_BYTES);
            int deflated = deflater.deflate(writable(out, out.writableBytes()));
            out.writerIndex(out.writerIndex() + deflated);
        }
    }

    private static ByteBuffer writable(ByteBuf out, int bytes) {
        return out.internalNioBuffer(out.writerIndex(), bytes);
    }

    @Override
    public void close() {
        inflater.end();
        deflater.end();
    }
}
