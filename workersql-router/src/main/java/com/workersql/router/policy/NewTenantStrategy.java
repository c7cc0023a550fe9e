// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/** How a home is chosen for a tenant that is added. */
public enum NewTenantStrategy {
    /** The shard behind that of the tenant added last, in the policy's order. */
    ROUND_ROBIN,
    /** The shard with the fewest tenants for its weight. */
    CAPACITY
}
