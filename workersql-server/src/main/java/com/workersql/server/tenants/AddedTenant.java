// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.TenantPlacement;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.users.GatewayUser;

/**
 * A tenant that was added while the gateway ran. Its database, its account on the shard and its gateway user have its name.
 *
 * @param name the tenant
 * @param state how far adding or dropping it has come
 * @param shard its home
 * @param accountPassword the password of its account on the shard; made at random, empty once the account is to go
 * @param passwordHash the verifier of its gateway user's password; empty once the user is to go
 */
record AddedTenant(String name, TenantState state, String shard, Secret accountPassword, String passwordHash) {

    AddedTenant active() {
        return new AddedTenant(name, TenantState.ACTIVE, shard, accountPassword, passwordHash);
    }

    /** The same without what one could log in with. */
    AddedTenant leaving(TenantState next) {
        return new AddedTenant(name, next, shard, Secret.of(""), "");
    }

    TenantPlacement home() {
        return TenantPlacement.explicit(name, shard, Isolation.SCHEMA, name);
    }

    ShardAccount account() {
        return new ShardAccount(name, accountPassword, name);
    }

    GatewayUser user() {
        return GatewayUser.of(name, passwordHash, name);
    }
}
