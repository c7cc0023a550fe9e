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
 * columns (lenenc int),
 * [ CLIENT_OPTIONAL_RESULTSET_METADATA or MARIADB_CLIENT_CACHE_METADATA: metadata follows (1 byte) ]
 * }</pre>
 *
 * <p>MySQL's documentation has its flag in front; MySQL 9.7 writes it behind, as MariaDB does. Source: dev.mysql.com "Text
 * Resultset", mariadb.com "Result Set Packets".
 *
 * @param columns 1 to 65535
 * @param metadataFollows false when the definitions are left out
 */
public record ColumnCount(int columns, boolean metadataFollows) implements ServerMessage {
    /** The most columns that a result can have. */
    public static final int MAX_COLUMNS = 0xFFFF;

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
        long count = LengthEncodedInteger.read(payload);
        boolean follows = !mayLackDefinitions(capabilities) || readFlag(payload);
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
        boolean flagged = mayLackDefinitions(capabilities);
        if (!metadataFollows && !flagged) {
            throw new IllegalArgumentException("definitions were not agreed to be left out");
        }
        LengthEncodedInteger.write(out, columns);
        if (flagged) {
            out.writeByte(metadataFollows ? 1 : 0);
        }
    }

    /** True when both sides agreed that definitions may be left out, by MySQL's capability or by MariaDB's. */
    public static boolean mayLackDefinitions(CapabilityFlags capabilities) {
        return capabilities.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA)
                || capabilities.has(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
    }
}
