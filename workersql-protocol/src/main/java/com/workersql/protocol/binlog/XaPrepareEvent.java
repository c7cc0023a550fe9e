// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * An XA transaction is prepared, or committed at once.
 *
 * <pre>{@code
 * committed in one phase (1 byte), format (4 bytes), length of the transaction's id (4 bytes), length of the branch's (4 bytes),
 * both ids
 * }</pre>
 *
 * <p>Source: dev.mysql.com "XA_prepare_event".
 *
 * @param isOnePhase true when it is committed with this
 * @param formatId of the ids
 * @param transactionId at most 64 bytes
 * @param branchId at most 64 bytes
 */
public record XaPrepareEvent(boolean isOnePhase, int formatId, Bytes transactionId, Bytes branchId)
        implements BinlogEvent {
    private static final int MAX_ID_BYTES = 64;

    static XaPrepareEvent decode(ByteBuf body) {
        ProtocolStrings.require(body, 13);
        boolean onePhase = body.readByte() != 0;
        int format = body.readIntLE();
        long transactionBytes = body.readUnsignedIntLE();
        long branchBytes = body.readUnsignedIntLE();
        if (transactionBytes > MAX_ID_BYTES || branchBytes > MAX_ID_BYTES) {
            throw ProtocolException.malformed(
                    "an XA id of " + Math.max(transactionBytes, branchBytes) + " bytes, allowed are " + MAX_ID_BYTES);
        }
        Bytes transaction = ProtocolStrings.readFixedValue(body, (int) transactionBytes);
        return new XaPrepareEvent(
                onePhase, format, transaction, ProtocolStrings.readFixedValue(body, (int) branchBytes));
    }
}
