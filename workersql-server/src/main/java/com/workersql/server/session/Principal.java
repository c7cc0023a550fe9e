// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.router.PermissionClass;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who a session acts for, as its login proved it.
 *
 * @param user the gateway user's name, or who a token or key says it is
 * @param tenant the tenant whose data it may reach; null for a user without one (plain proxy, no tenants)
 * @param database the only schema a tenant's statements may name; null for a user without a tenant
 * @param permissions the kinds of statements it may run
 * @param expiresAtMillis from when on the proof counts for nothing, in milliseconds since 1970; {@link #NEVER} for passwords
 * @param key the hash of the key that proved it, an API key or the one by which a token is signed; null for passwords
 */
public record Principal(
        String user,
        String tenant,
        String database,
        Set<PermissionClass> permissions,
        long expiresAtMillis,
        String key) {
    /** Does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Copies the permissions. */
    public Principal {
        permissions = Set.copyOf(permissions);
    }

    /** A principal that a password proved. */
    public Principal(String user, String tenant, String database, Set<PermissionClass> permissions) {
        this(user, tenant, database, permissions, NEVER, null);
    }

    /**
     * Tells principals apart whose rights differ, also where two issuers gave them the same name.
     *
     * @return the same for every proof of the same rights; names hold no NUL
     */
    public String identity() {
        var granted = permissions.stream().map(Enum::name).sorted().collect(Collectors.joining(","));
        return user + "\0" + tenant + "\0" + granted;
    }

    /**
     * The same with other permissions, for what the gateway does by itself on behalf of a caller.
     *
     * @param others the permissions
     * @return a copy
     */
    public Principal withPermissions(Set<PermissionClass> others) {
        return new Principal(user, tenant, database, others, expiresAtMillis, key);
    }

    /** Does not show the hash of the key. */
    @Override
    public String toString() {
        return "Principal[" + user + ", tenant=" + tenant + ", " + permissions + "]";
    }
}
