// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Asks for the columns of a table; withdrawn in MySQL 5.7.11, still sent by old clients. The answer is column definitions and EOF.
 *
 * <pre>{@code
 * 0x04, table (ended by NUL), wildcard (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_FIELD_LIST".
 *
 * @param table its name
 * @param wildcard a LIKE pattern, empty for all columns
 */
public record FieldList(String table, String wildcard) implements ClientCommand {

    public FieldList {
        requireNonNull(table, "table");
        requireNonNull(wildcard, "wildcard");
    }

    @Override
    public int command() {
        return Command.COM_FIELD_LIST;
    }

    static FieldList decodeBody(ByteBuf in) {
        return new FieldList(
                ProtocolStrings.strictUtf8(ProtocolStrings.readNulTerminatedBytes(in)), ProtocolStrings.readRest(in));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_FIELD_LIST);
        ProtocolStrings.writeNulTerminated(out, table);
        ProtocolStrings.writeRest(out, wildcard);
    }
}
