// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.PoolKey;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.server.session.ClientSession;

/** Which connections to a server a session may use: those of its tenant, account, schema, and of clients that read the same bytes. */
final class ConnectionKeys {
    /** What changes the bytes or the meaning of replies: a connection serves only clients that agree on all of it. */
    private static final long OF_THE_CLIENT = CapabilityFlags.CLIENT_FOUND_ROWS
            | CapabilityFlags.CLIENT_IGNORE_SPACE
            | CapabilityFlags.CLIENT_MULTI_STATEMENTS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
            | CapabilityFlags.CLIENT_DEPRECATE_EOF
            | CapabilityFlags.CLIENT_LOCAL_FILES
            | CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA;

    private static final long ALWAYS = CapabilityFlags.CLIENT_LONG_FLAG
            | CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
            | CapabilityFlags.CLIENT_SESSION_TRACK;

    private static final int UTF8MB4_GENERAL_CI = 45;

    private ConnectionKeys() {}

    /** The key of a session's connections to a server of a shard. */
    static PoolKey of(ClientSession session, Shard shard, ShardNode node, BackendAccount account) {
        String place = node.equals(shard.topology().primary()) ? shard.name() : shard.name() + " at " + node;
        var cached = session.poolKeys().get(place, account);
        if (cached != null && cached.endpoint().equals(node.endpoint())) {
            return cached;
        }
        var capabilities = new CapabilityFlags(ALWAYS | ofTheClient(session.capabilities()));
        if (!capabilities.has(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA)) {
            // Without this bit a MariaDB server takes what follows for its own capabilities.
            capabilities = capabilities.with(CapabilityFlags.CLIENT_LONG_PASSWORD);
        }
        int collation = session.collation() > 0 ? session.collation() : UTF8MB4_GENERAL_CI;
        // The schema is the connection's from its login on, so that a connection never has to be taken out of one.
        var inSchema = new BackendAccount(account.user(), account.secret(), session.schema());
        var key = new PoolKey(
                node.endpoint(), inSchema, session.principal().tenant(), capabilities, shard.tls(), collation);
        session.poolKeys().put(place, account, key);
        return key;
    }

    /** Of a client's capabilities those that change the bytes or the meaning of replies. */
    static long ofTheClient(CapabilityFlags capabilities) {
        return capabilities.bits() & OF_THE_CLIENT;
    }
}
