// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.server.policies.PolicyChanges;
import com.workersql.server.tenants.TenantChanges;

/** What the gateway does for whoever administers it. Safe for any thread. */
public interface Administration {
    /**
     * Runs work that may block, one after the other, off the event loops.
     *
     * @param work what to do; must not throw
     * @throws java.util.concurrent.RejectedExecutionException when too much of it waits
     */
    void execute(Runnable work);

    /** The policy in force and those before it. Its methods block. */
    PolicyChanges policy();

    /** The tenants that come and go; null where the configuration has no file to keep them in. Its methods block. */
    TenantChanges tenants();

    /** What of the running gateway may be looked at and turned; never null once requests come. */
    GatewayControl control();
}
