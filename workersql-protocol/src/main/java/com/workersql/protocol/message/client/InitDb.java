// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Selects a schema. The answer is OK or ERR.
 *
 * <pre>{@code
 * 0x02, schema (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_INIT_DB".
 *
 * @param schema its name
 */
public record InitDb(String schema) implements ClientCommand {

    public InitDb {
        requireNonNull(schema, "schema");
    }

    @Override
    public int command() {
        return Command.COM_INIT_DB;
    }

    static InitDb decodeBody(ByteBuf in) {
        return new InitDb(ProtocolStrings.strictUtf8(ProtocolStrings.readRestBytes(in)));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_INIT_DB);
        ProtocolStrings.writeRest(out, schema);
    }
}
