// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;

/**
 * A tenant of embedded shards, with the gateway user that was made for it.
 *
 * @param name the tenant, and the name of its gateway user
 * @param shard its home
 * @param account its account, which every shard has and which reaches only the tenant's database
 * @param password the password of the gateway user
 * @param passwordHash the verifier of that password
 */
public record EmbeddedTenant(String name, String shard, ShardAccount account, Secret password, String passwordHash) {}
