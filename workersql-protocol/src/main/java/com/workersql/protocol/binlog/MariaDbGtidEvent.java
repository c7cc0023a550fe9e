// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The transaction or single statement that follows, in MariaDB; it stands for BEGIN too.
 *
 * <pre>{@code
 * sequence number (8 bytes), domain (4 bytes), flags (1 byte),
 * [ GROUP_COMMIT_ID: commit id (8 bytes) ],
 * [ PREPARED_XA or COMPLETED_XA: format (4 bytes), lengths of both ids (1 byte each), both ids ],
 * [ since 10.8: extra flags (1 byte), and what they add ], zeros
 * }</pre>
 *
 * <p>Source: mariadb.com "GTID_EVENT".
 *
 * @param gtid the id; its server is that of the header
 * @param flags see the constants
 * @param commitId the same for transactions that were committed together; 0 when there is none
 */
public record MariaDbGtidEvent(MariaDbGtid gtid, int flags, long commitId) implements BinlogEvent {
    /** A single statement without a commit behind it, such as DDL. */
    public static final int STANDALONE = 0x01;

    /** There is a commit id. */
    public static final int GROUP_COMMIT_ID = 0x02;

    /** All tables of the transaction can be rolled back. */
    public static final int TRANSACTIONAL = 0x04;

    /** DDL. */
    public static final int DDL = 0x20;

    /** An XA transaction is prepared by this. */
    public static final int PREPARED_XA = 0x40;

    /** An XA transaction ends by this. */
    public static final int COMPLETED_XA = 0x80;

    private static final int FIXED_BYTES = 13;

    static MariaDbGtidEvent decode(ByteBuf body, EventHeader header) {
        ProtocolStrings.require(body, FIXED_BYTES);
        long sequence = body.readLongLE();
        long domain = body.readUnsignedIntLE();
        int flags = body.readUnsignedByte();
        long commitId = 0;
        if ((flags & GROUP_COMMIT_ID) != 0) {
            ProtocolStrings.require(body, 8);
            commitId = body.readLongLE();
        } else if (sequence == 0) {
            throw ProtocolException.malformed("a GTID with the sequence number 0");
        }
        return new MariaDbGtidEvent(new MariaDbGtid(domain, header.serverId(), sequence), flags, commitId);
    }
}
