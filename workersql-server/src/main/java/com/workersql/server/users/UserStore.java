// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A snapshot of all users. Immutable; a changed file makes a new one. Names are compared as written. */
public final class UserStore {
    /** Nobody. */
    public static final UserStore EMPTY = new UserStore(Map.of());

    private final Map<String, GatewayUser> users;

    private UserStore(Map<String, GatewayUser> users) {
        this.users = users;
    }

    /**
     * A store of these users.
     *
     * @throws IllegalArgumentException when two have the same name
     */
    public static UserStore of(Collection<GatewayUser> users) {
        var byName = new LinkedHashMap<String, GatewayUser>();
        for (var user : users) {
            if (byName.putIfAbsent(user.name(), user) != null) {
                throw new IllegalArgumentException("there are two users " + user.name());
            }
        }
        return new UserStore(Collections.unmodifiableMap(byName));
    }

    /** The user of that name, or null. */
    public GatewayUser find(String name) {
        return users.get(name);
    }

    /** All users, in the order of the file. */
    public Collection<GatewayUser> all() {
        return users.values();
    }

    /** Whether there is nobody. */
    public boolean isEmpty() {
        return users.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UserStore store && users.equals(store.users);
    }

    @Override
    public int hashCode() {
        return users.hashCode();
    }

    @Override
    public String toString() {
        return "UserStore" + users.keySet();
    }
}
