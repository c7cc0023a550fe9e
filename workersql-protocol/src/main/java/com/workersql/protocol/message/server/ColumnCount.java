// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * A result with rows begins; definitions of its columns follow, unless both sides agreed that they may be left out.
 *
 * <pre>{@code
 * [ CLIENT_OPTIONAL_RESULTSET_METADATA: metadata follows (1 byte) ],
 * columns (lenenc int),
 * [ MARIADB_CLIENT_CACHE_METADATA: metadata follows (1 byte) ]
 * }</pre>
 *
 * <p>With {@link CapabilityFlags#CLIENT_OPTIONAL_RESULTSET_METADATA} and definitions left out, the payload begins with 0x00 as
 * an OK does; an OK has at least {@link #LEAST_OK_BYTES} bytes and this never so many. Source: dev.mysql.com "Text Resultset",
 * mariadb.com "Result Set Packets".
 *
 * @param columns 1 to 65535
 * @param metadataFollows false when the definitions are left out
 */
public record ColumnCount(int columns, boolean metadataFollows) implements ServerMessage {
    /** The most columns that a result can have. */
    public static final int MAX_COLUMNS = 0xFFFF;

    /** Header, two numbers of at least one byte each, status, warnings: what an OK has at least. */
    public static final int LEAST_OK_BYTES = 7;

    /** Checks the number of columns. */
    public ColumnCount {
        if (columns < 1 || columns > MAX_COLUMNS) {
            throw new IllegalArgumentException("columns: " + columns + " (expected: 1 to 65535)");
        }
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it does not follow the grammar
     */
    public static ColumnCount decode(ByteBuf payload, CapabilityFlags capabilities) {
        int bytes = payload.readableBytes();
        boolean follows = true;
        if (capabilities.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA)) {
            follows = readFlag(payload);
        }
        long count = LengthEncodedInteger.read(payload);
        if (capabilities.has(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA)) {
            follows &= readFlag(payload);
        }
        if (count < 1 || count > MAX_COLUMNS || payload.isReadable()) {
            throw ProtocolException.malformed(
                    "a column count of " + Long.toUnsignedString(count) + " in " + bytes + " bytes");
        }
        return new ColumnCount((int) count, follows);
    }

    private static boolean readFlag(ByteBuf payload) {
        ProtocolStrings.require(payload, 1);
        int flag = payload.readUnsignedByte();
        if (flag > 1) {
            throw ProtocolException.malformed("a column count whose flag of metadata is " + flag);
        }
        return flag == 1;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        int flag = metadataFollows ? 1 : 0;
        boolean optional = capabilities.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA);
        boolean cached = capabilities.has(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
        if (!metadataFollows && !optional && !cached) {
            throw new IllegalArgumentException("definitions were not agreed to be left out");
        }
        if (optional) {
            out.writeByte(flag);
        }
        LengthEncodedInteger.write(out, columns);
        if (cached) {
            out.writeByte(flag);
        }
    }
}
