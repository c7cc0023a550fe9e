// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Inflates parts of events. Memory grows with what has been inflated, never with a length that was declared. */
final class Inflate {
    private static final int PIECE_BYTES = 8192;
    private static final int MIN_WINDOW_LOG = 10;

    private Inflate() {}

    /**
     * MariaDB's form inside of an event: a byte with the kind of compression (bits 4 to 6) and the size of the length (bits 0
     * to 2), the length with its first byte first, and a zlib stream to the event's end.
     */
    static byte[] eventPart(ByteBuf in, BinlogLimits limits) {
        ProtocolStrings.require(in, 1);
        int header = in.readUnsignedByte();
        if ((header & 0x70) != 0) {
            throw ProtocolException.malformed("a compression of unknown kind " + ((header & 0x70) >> 4));
        }
        return zlib(in, readLength(in, header & 7), false, limits);
    }

    /**
     * MariaDB's form of a compressed column: a byte with the kind (bits 4 to 7: 8 is zlib, 0 none), a flag for a stream without
     * zlib's own header (bit 3) and the size of the length (bits 0 to 2); the length, and the stream. Nothing at all is empty.
     */
    static byte[] column(ByteBuf in, BinlogLimits limits) {
        if (!in.isReadable()) {
            return new byte[0];
        }
        int header = in.readUnsignedByte();
        int kind = header >> 4;
        if (kind == 0) {
            return ProtocolStrings.readRestBytes(in);
        }
        if (kind != 8) {
            throw ProtocolException.malformed("a column compressed by unknown kind " + kind);
        }
        return zlib(in, readLength(in, header & 7), (header & 8) != 0, limits);
    }

    private static long readLength(ByteBuf in, int bytes) {
        if (bytes < 1 || bytes > 4) {
            throw ProtocolException.malformed("a length of " + bytes + " bytes in front of compressed bytes");
        }
        ProtocolStrings.require(in, bytes);
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length = (length << 8) | in.readUnsignedByte();
        }
        return length;
    }

    private static byte[] zlib(ByteBuf in, long length, boolean raw, BinlogLimits limits) {
        Inflater inflater = new Inflater(raw);
        try (InputStream stream = new InflaterInputStream(new ByteBufInputStream(in), inflater)) {
            return readAll(stream, length, limits);
        } catch (IOException e) {
            throw uncompressError(e);
        } finally {
            inflater.end();
        }
    }

    /**
     * One zstd stream.
     *
     * @throws ProtocolException also when zstd-jni is not on the class path
     */
    static byte[] zstd(ByteBuf in, long length, BinlogLimits limits) {
        // A frame asks for the memory of its window at once, so that is bounded as the result is.
        int windowLog = Math.max(MIN_WINDOW_LOG, 32 - Integer.numberOfLeadingZeros(limits.maxInflatedBytes() - 1));
        try (InputStream stream = ZstdStreams.open(new ByteBufInputStream(in), Math.min(27, windowLog))) {
            return readAll(stream, length, limits);
        } catch (IOException e) {
            throw uncompressError(e);
        } catch (NoClassDefFoundError e) {
            throw new ProtocolException(
                    ServerErrors.ER_NET_UNCOMPRESS_ERROR, "zstd needs the library zstd-jni on the class path", e);
        }
    }

    private static byte[] readAll(InputStream in, long length, BinlogLimits limits) throws IOException {
        if (length > limits.maxInflatedBytes()) {
            throw BinlogLimits.exceeded(
                    "Inflated bytes of a binlog event", length, limits.maxInflatedBytes(), "maxInflatedBytes");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            out.write(piece, 0, read);
            if (out.size() > length) {
                break;
            }
        }
        if (out.size() != length) {
            throw new ProtocolException(
                    ServerErrors.ER_NET_UNCOMPRESS_ERROR,
                    "Inflated " + out.size() + " bytes of a binlog event, declared are " + length);
        }
        return out.toByteArray();
    }

    private static ProtocolException uncompressError(IOException e) {
        return new ProtocolException(
                ServerErrors.ER_NET_UNCOMPRESS_ERROR, "Part of a binlog event cannot be inflated", e);
    }

    /** Loaded on the first zstd stream only: the library is optional. */
    private static final class ZstdStreams {
        static InputStream open(InputStream in, int maxWindowLog) throws IOException {
            return new ZstdInputStreamNoFinalizer(in).setLongMax(maxWindowLog);
        }
    }
}
