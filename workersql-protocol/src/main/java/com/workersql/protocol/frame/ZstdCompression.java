// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Zstandard by zstd-jni, over direct memory. Blocks are inflated in one go, straight into their buffer: no window is allocated
 * for them, however large a window their header asks for.
 */
final class ZstdCompression implements BlockCompression {
    /** A block holds no more, and takes no less than its header and a byte: RFC 8878, section 3.1.1.2. */
    private static final int MAX_BLOCK_BYTES = 128 << 10;

    private static final int LEAST_BLOCK_BYTES = 4;

    private final ZstdCompressCtx compressor = new ZstdCompressCtx();
    private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();

    ZstdCompression(int level) {
        compressor.setLevel(level);
    }

    @Override
    public ByteBuf inflate(ByteBuf in, int inflatedBytes, ByteBufAllocator allocator) {
        ByteBuf direct = direct(in, in.readerIndex(), in.readableBytes(), allocator);
        try {
            var source = direct.nioBuffer();
            long told = Zstd.getDirectByteBufferFrameContentSize(source, 0, source.remaining());
            // Unknown (-1) or no frame at all (-2) are left to the decompressor.
            if (told >= 0 && told != inflatedBytes) {
                throw broken(in, inflatedBytes, "it holds " + told);
            }
            return inflate(in, source, inflatedBytes, allocator);
        } finally {
            direct.release();
        }
    }

    private ByteBuf inflate(ByteBuf in, ByteBuffer source, int inflatedBytes, ByteBufAllocator allocator) {
        if (inflatedBytes > (long) MAX_BLOCK_BYTES * (in.readableBytes() / LEAST_BLOCK_BYTES)) {
            throw broken(in, inflatedBytes, "it cannot hold as many");
        }
        ByteBuf out = allocator.directBuffer(inflatedBytes, inflatedBytes);
        boolean whole = false;
        try {
            var target = out.internalNioBuffer(0, inflatedBytes);
            int bytes = decompressor.decompressDirectByteBuffer(
                    target, target.position(), inflatedBytes, source, source.position(), source.remaining());
            if (bytes != inflatedBytes) {
                throw broken(in, inflatedBytes, "it holds " + bytes);
            }
            whole = true;
            return out.writerIndex(inflatedBytes);
        } catch (ZstdException e) {
            throw broken(in, inflatedBytes, e.getMessage());
        } finally {
            if (!whole) {
                out.release();
            }
        }
    }

    private static ProtocolException broken(ByteBuf in, int inflatedBytes, String why) {
        return CompressedFrameDecoder.broken("a compressed packet of " + in.readableBytes() + " bytes is not the "
                + inflatedBytes + " bytes of zstd that its header tells of: " + why);
    }

    @Override
    public void deflate(ByteBuf in, int index, int length, ByteBuf out) {
        int bound = Math.toIntExact(Zstd.compressBound(length));
        ByteBuf source = direct(in, index, length, out.alloc());
        ByteBuf target = out.alloc().directBuffer(bound, bound);
        try {
            var from = source.nioBuffer();
            var to = target.internalNioBuffer(0, bound);
            int bytes = compressor.compressDirectByteBuffer(to, to.position(), bound, from, from.position(), length);
            out.writeBytes(target, 0, bytes);
        } finally {
            target.release();
            source.release();
        }
    }

    /** The native library reads direct memory only. */
    private static ByteBuf direct(ByteBuf in, int index, int length, ByteBufAllocator allocator) {
        return in.isDirect() && in.nioBufferCount() == 1
                ? in.retainedSlice(index, length)
                : allocator.directBuffer(length, Math.max(1, length)).writeBytes(in, index, length);
    }

    @Override
    public void close() {
        compressor.close();
        decompressor.close();
    }
}
