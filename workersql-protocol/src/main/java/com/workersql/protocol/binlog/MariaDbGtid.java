// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

/**
 * The id of a transaction of MariaDB.
 *
 * @param domainId the stream of replication, unsigned
 * @param serverId of the server that ran it first, unsigned
 * @param sequenceNumber within the domain, unsigned
 */
public record MariaDbGtid(long domainId, long serverId, long sequenceNumber) {
    /** As the server writes it: {@code 0-1-100}. */
    @Override
    public String toString() {
        return domainId + "-" + serverId + "-" + Long.toUnsignedString(sequenceNumber);
    }
}
