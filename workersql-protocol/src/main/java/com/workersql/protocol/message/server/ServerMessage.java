// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.CapabilityFlags;
import io.netty.buffer.ByteBuf;

/** A message of the server. Values know their payload only; packet headers are written by the frame layer. */
public sealed interface ServerMessage
        permits HandshakeV10,
                Ok,
                Err,
                Eof,
                AuthSwitchRequest,
                AuthMoreData,
                StmtPrepareOk,
                ColumnDefinition,
                LocalInfileRequest {

    /**
     * Writes the payload.
     *
     * @param out grows as needed; stays the caller's
     * @param capabilities what both sides agreed on
     */
    void encode(ByteBuf out, CapabilityFlags capabilities);
}
