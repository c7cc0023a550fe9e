// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;

/**
 * Says where a tenant lives, for callers that know it from elsewhere than the policy: a directory of tenants, say. Called on
 * the router's callers' threads, for a tenant that has not been seen under the policy in force or not lately; the answer is
 * remembered until another policy is put in force. Must not block, and must answer the same for the same arguments.
 */
@FunctionalInterface
public interface TenantResolver {

    /** What the policy says: an explicit home, a range of names, or the hash of the name. */
    TenantResolver OF_THE_POLICY = (tenant, policy) -> policy.placement(tenant);

    /**
     * {@return where a tenant lives; its shard has to be one of the policy's}
     *
     * @param tenant the tenant's name, as the login gave it
     * @param policy the policy in force
     */
    TenantPlacement resolve(String tenant, RoutingPolicy policy);
}
