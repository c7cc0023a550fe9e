// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.config.yaml.Setting;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One user of the gateway.
 *
 * @param name the name to log in with
 * @param verifier what is kept of the password
 * @param tenant the tenant whose data the user sees; null for a user of a gateway without tenants
 * @param permissions what the user's statements may do
 * @param maxConnections the most connections of this user at one time
 */
public record GatewayUser(
        String name, PasswordVerifier verifier, String tenant, Set<Permission> permissions, int maxConnections) {

    /** {@code limits.max_connections} of a user: default 1,000. */
    public static final Setting MAX_CONNECTIONS = new Setting("max_connections", 1_000, 1, 1_000_000);

    /** The permissions of a user for whom none are named: reads, writes and the schema. */
    public static final List<Permission> DEFAULT_PERMISSIONS =
            List.of(Permission.READ, Permission.WRITE, Permission.DDL);

    /**
     * Copies the permissions.
     *
     * @throws IllegalArgumentException when the number of connections is out of its range
     */
    public GatewayUser {
        permissions = permissions.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(permissions));
        MAX_CONNECTIONS.check(maxConnections);
    }

    /**
     * A user with the default permissions and limits.
     *
     * @param passwordHash MySQL's own text of the verifier: {@code $A$005$...} or {@code *HEX}
     * @throws IllegalArgumentException when it is neither
     */
    public static GatewayUser of(String name, String passwordHash, String tenant) {
        return new GatewayUser(
                name, PasswordVerifier.parse(passwordHash), tenant, Set.copyOf(DEFAULT_PERMISSIONS), (int)
                        MAX_CONNECTIONS.byDefault());
    }

    /** Does not show the verifier. */
    @Override
    public String toString() {
        return "GatewayUser[" + name + ", tenant=" + tenant + ", " + permissions + "]";
    }
}
