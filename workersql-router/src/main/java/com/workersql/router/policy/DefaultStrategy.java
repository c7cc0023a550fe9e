// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/** Where the tables of a tenant without a home of its own are. */
public enum DefaultStrategy {
    /** All on the shard of the slot of the tenant's name. */
    TENANT_HASH,
    /** Each on the shard of the slot of {@code tenant:table}. */
    TABLE_HASH
}
