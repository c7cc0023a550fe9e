// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import io.netty.buffer.ByteBuf;

/** A message of the server. Values know their payload only; packet headers are written by the frame layer. */
public sealed interface ServerMessage
        permits HandshakeV10,
                Ok,
                Err,
                Eof,
                AuthSwitchRequest,
                AuthMoreData,
                AuthNextFactor,
                StmtPrepareOk,
                ColumnCount,
                ColumnDefinition,
                ProgressReport,
                LocalInfileRequest {

    /**
     * Writes the payload.
     *
     * @param out grows as needed; stays the caller's
     * @param capabilities what both sides agreed on
     */
    void encode(ByteBuf out, CapabilityFlags capabilities);

    /**
     * Writes a whole packet, or several where the payload needs them.
     *
     * @param out grows as needed; stays the caller's
     * @param sequenceId of the first packet; only its low eight bits count
     * @param capabilities what both sides agreed on
     * @return the sequence id for the next packet, 0 to 255
     */
    default int encodePacket(ByteBuf out, int sequenceId, CapabilityFlags capabilities) {
        int headerIndex = PacketEncoder.start(out);
        encode(out, capabilities);
        return PacketEncoder.finish(out, headerIndex, sequenceId);
    }
}
