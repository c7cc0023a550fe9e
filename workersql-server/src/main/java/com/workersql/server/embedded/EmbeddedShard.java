// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.ShardAccount;

/**
 * A running embedded shard.
 *
 * @param name {@code shard_0} and so on
 * @param host always a loopback address
 * @param port the port of its MySQL protocol
 * @param gateway the account of the gateway's own checks: it may look at the server's state and follow its changes, and reaches
 *     no data
 * @param admin the account that may do everything; for tests and for placing tenants, never for clients' statements
 */
public record EmbeddedShard(String name, String host, int port, ShardAccount gateway, ShardAccount admin) {}
