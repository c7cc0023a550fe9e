// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.server.config.Compression;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.LocalInfile;

/**
 * The limits of the MySQL door.
 *
 * @param maxConnections connections of all users together, those that are still logging in included
 * @param maxPacketBytes the largest command
 * @param handshakeTimeoutMillis how long a login may take as a whole
 * @param preparedStatementsPerSession how many statements a session may have prepared
 * @param preparedStatementsPerTenant how many the sessions of one tenant may have together
 * @param maxLocalFileBytes the longest file of a client that is loaded; negative: none is, and it is not offered
 * @param compression what is offered to clients that want their connections compressed
 * @param idleTimeoutMillis how long a client may be silent; 0: as long as it wants
 * @param transactionIdleTimeoutMillis how long a client may be silent within a transaction; 0: no limit of its own
 */
public record MySqlDoorSettings(
        int maxConnections,
        int maxPacketBytes,
        int handshakeTimeoutMillis,
        int preparedStatementsPerSession,
        int preparedStatementsPerTenant,
        long maxLocalFileBytes,
        Compression compression,
        int idleTimeoutMillis,
        int transactionIdleTimeoutMillis) {

    /**
     * The limits of a configuration.
     *
     * @param config the configuration
     * @return what it says, or the defaults
     */
    public static MySqlDoorSettings of(GatewayConfig config) {
        var limits = config.limits();
        return new MySqlDoorSettings(
                limits.maxConnections(),
                limits.maxPacketBytes(),
                limits.handshakeTimeoutMillis(),
                limits.preparedStatementsPerSession(),
                limits.preparedStatementsPerTenant(),
                config.localInfile() == LocalInfile.ON ? limits.localFileBytes() : -1,
                config.compression(),
                limits.idleTimeoutMillis(),
                limits.transactionIdleTimeoutMillis());
    }
}
