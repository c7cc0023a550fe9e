// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.router.PermissionClass;
import java.util.Set;

/**
 * Who a session acts for, as its login proved it.
 *
 * @param user the gateway user's name
 * @param tenant the tenant whose data it may reach; null for a user without one (plain proxy, no tenants)
 * @param database the only schema a tenant's statements may name; null for a user without a tenant
 * @param permissions the kinds of statements it may run
 */
public record Principal(String user, String tenant, String database, Set<PermissionClass> permissions) {
    /** Copies the permissions. */
    public Principal {
        permissions = Set.copyOf(permissions);
    }
}
