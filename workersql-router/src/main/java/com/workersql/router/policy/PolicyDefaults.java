// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.Objects;

/**
 * What holds where a policy says nothing else.
 *
 * @param strategy where the tables of a tenant without a home are
 * @param newTenants how a home is chosen for a tenant that is added
 * @param scatter whether a read may go to every shard without asking for it by the hint {@code scatter=allow}
 * @param multiShardWrites whether an UPDATE or DELETE may change rows of several shards, all in one transaction
 */
public record PolicyDefaults(
        DefaultStrategy strategy, NewTenantStrategy newTenants, boolean scatter, boolean multiShardWrites) {

    /** By the tenant's hash; new tenants in turn; reads may go everywhere, changes not. */
    public static final PolicyDefaults STANDARD =
            new PolicyDefaults(DefaultStrategy.TENANT_HASH, NewTenantStrategy.ROUND_ROBIN, true, false);

    /** Checks the parts. */
    public PolicyDefaults {
        Objects.requireNonNull(strategy, "strategy");
        Objects.requireNonNull(newTenants, "newTenants");
    }
}
