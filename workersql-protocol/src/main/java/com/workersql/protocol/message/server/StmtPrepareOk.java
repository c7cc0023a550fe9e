// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The answer to COM_STMT_PREPARE; definitions of the parameters and then of the columns follow.
 *
 * <pre>{@code
 * 0x00, statement id (4 bytes), columns (2 bytes), parameters (2 bytes), 0x00, warnings (2 bytes),
 * [ CLIENT_OPTIONAL_RESULTSET_METADATA: metadata follows (1 byte) ]
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STMT_PREPARE Response".
 *
 * @param statementId the server's id
 * @param columns 0 to 65535
 * @param parameters 0 to 65535
 * @param warnings 0 to 65535
 * @param metadataFollows false when definitions are left out
 */
public record StmtPrepareOk(int statementId, int columns, int parameters, int warnings, boolean metadataFollows)
        implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0x00;

    /** Where the statement id is in the payload: a proxy changes it in place. */
    public static final int STATEMENT_ID_OFFSET = 1;

    /**
     * Reads a payload.
     *
     * @throws ProtocolException when it is no such message or truncated
     */
    public static StmtPrepareOk decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 12);
        int header = payload.readUnsignedByte();
        if (header != HEADER) {
            throw ProtocolException.malformed("a COM_STMT_PREPARE response that begins with " + header);
        }
        int statementId = payload.readIntLE();
        int columns = payload.readUnsignedShortLE();
        int parameters = payload.readUnsignedShortLE();
        payload.skipBytes(1);
        int warnings = payload.readUnsignedShortLE();
        boolean metadataFollows = true;
        if (capabilities.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA)) {
            ProtocolStrings.require(payload, 1);
            metadataFollows = payload.readByte() != 0;
        }
        return new StmtPrepareOk(statementId, columns, parameters, warnings, metadataFollows);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER)
                .writeIntLE(statementId)
                .writeShortLE(columns)
                .writeShortLE(parameters)
                .writeByte(0)
                .writeShortLE(warnings);
        if (capabilities.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA)) {
            out.writeByte(metadataFollows ? 1 : 0);
        }
    }
}
