// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Takes the layer of compression off a stream that is fed in pieces of any size: what comes out are the bytes of packets, again
 * in pieces of any size, for a {@link PacketDecoder} or whatever else reads a stream.
 *
 * <pre>{@code
 * compressed packet := length of what follows the header (3 bytes, little endian), sequence id (1 byte),
 *                      length when inflated (3 bytes; 0: the content is not compressed), content
 * }</pre>
 *
 * <p>Packets and compressed packets begin and end independently of each other: a header of a packet may lie in two compressed
 * ones. Content that is not compressed is passed on as slices of the input as it comes. Compressed content is gathered, unless
 * it lies in the input as a whole, in a buffer that grows with the bytes that have come.
 *
 * <p>Sequence ids are read and not checked: servers differ in how they count behind a local file. A content that is not what its
 * header tells, and a length over the limit, is a {@link ProtocolException} (1157); after it the stream has no defined position:
 * {@link #close()} it and the connection. Not safe for several threads. Source: dev.mysql.com "Compressed Packet".
 */
public final class CompressedFrameDecoder implements AutoCloseable {
    /** The bytes of a compressed packet's header. */
    public static final int HEADER_BYTES = 7;

    /** The greatest length, compressed or inflated, that a header can tell. */
    public static final int MAX_FRAME_BYTES = 0xFF_FFFF;

    private static final int SMALLEST_BUFFER_BYTES = 256;

    private final ByteBufAllocator allocator;
    private final BlockCompression compression;
    private final int maxFrameBytes;

    private int headerBytes;
    private long header;
    private int sequenceId;
    private int bytesMissing;
    private int inflatedBytes;
    private ByteBuf gathered;

    /**
     * @param allocator gives the buffers in which content is gathered and inflated
     * @param algorithm what both sides agreed on; must be {@link CompressionAlgorithm#isAvailable available}
     * @param maxFrameBytes the most bytes that one compressed packet may have, before as after it is inflated: 1024 to
     *     {@link #MAX_FRAME_BYTES}
     */
    public CompressedFrameDecoder(ByteBufAllocator allocator, CompressionAlgorithm algorithm, int maxFrameBytes) {
        if (maxFrameBytes < 1024 || maxFrameBytes > MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("maxFrameBytes is " + maxFrameBytes + ", allowed are 1024 to 16777215");
        }
        this.allocator = requireNonNull(allocator, "allocator");
        this.maxFrameBytes = maxFrameBytes;
        this.compression = algorithm.open(algorithm.defaultLevel());
    }

    /** The sequence id of the compressed packet whose header was read last. */
    public int sequenceId() {
        return sequenceId;
    }

    /** How many bytes of an unfinished compressed packet are held. */
    public int bufferedBytes() {
        return headerBytes % HEADER_BYTES + (gathered == null ? 0 : gathered.readableBytes());
    }

    /**
     * Reads from {@code in} until bytes of packets are there or nothing is left, and moves the reader index. Call it again until
     * it gives null.
     *
     * @param in stays the caller's
     * @return at least one byte, in a buffer that the caller must release; null when more is needed
     * @throws ProtocolException when the content is not what its header tells (1157)
     */
    public ByteBuf decode(ByteBuf in) {
        while (headerBytes == HEADER_BYTES || readHeader(in)) {
            ByteBuf content = inflatedBytes == 0 ? stored(in) : compressed(in);
            if (bytesMissing == 0) {
                headerBytes = 0;
                header = 0;
            }
            if (content != null) {
                return content;
            }
            if (bytesMissing > 0) {
                return null;
            }
        }
        return null;
    }

    private boolean readHeader(ByteBuf in) {
        while (headerBytes < HEADER_BYTES) {
            if (!in.isReadable()) {
                return false;
            }
            header |= (long) in.readUnsignedByte() << (8 * headerBytes++);
        }
        bytesMissing = (int) header & MAX_FRAME_BYTES;
        sequenceId = (int) (header >>> 24) & 0xFF;
        inflatedBytes = (int) (header >>> 32);
        int most = Math.max(bytesMissing, inflatedBytes);
        if (most > maxFrameBytes) {
            throw broken("a compressed packet of " + bytesMissing + " bytes for " + inflatedBytes
                    + " bytes, allowed are " + maxFrameBytes);
        }
        if (bytesMissing == 0 && inflatedBytes > 0) {
            throw broken("a compressed packet of no bytes for " + inflatedBytes + " bytes");
        }
        return true;
    }

    private ByteBuf stored(ByteBuf in) {
        int bytes = Math.min(bytesMissing, in.readableBytes());
        bytesMissing -= bytes;
        return bytes == 0 ? null : in.readRetainedSlice(bytes);
    }

    private ByteBuf compressed(ByteBuf in) {
        if (gathered == null && in.readableBytes() >= bytesMissing) {
            int bytes = bytesMissing;
            bytesMissing = 0;
            return compression.inflate(in.readSlice(bytes), inflatedBytes, allocator);
        }
        int bytes = Math.min(bytesMissing, in.readableBytes());
        if (gathered == null) {
            gathered = allocator.buffer(Math.max(bytes, Math.min(bytesMissing, SMALLEST_BUFFER_BYTES)), maxFrameBytes);
        }
        gathered.writeBytes(in, bytes);
        bytesMissing -= bytes;
        if (bytesMissing > 0) {
            return null;
        }
        ByteBuf whole = gathered;
        gathered = null;
        try {
            return compression.inflate(whole, inflatedBytes, allocator);
        } finally {
            whole.release();
        }
    }

    static ProtocolException broken(String message) {
        return new ProtocolException(
                ServerErrors.ER_NET_UNCOMPRESS_ERROR, "Couldn't uncompress communication packet: " + message);
    }

    /** Releases all memory. The decoder cannot be used any more. */
    @Override
    public void close() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
        compression.close();
    }
}
