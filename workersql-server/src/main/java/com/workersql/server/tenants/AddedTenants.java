// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tenants of a tenants file, in the order in which they were added. Immutable.
 *
 * @param origin the file, for messages
 * @param byName the tenants
 */
public record AddedTenants(String origin, Map<String, AddedTenant> byName) {
    /** Copies the tenants. */
    public AddedTenants {
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    AddedTenants with(AddedTenant tenant) {
        var more = new LinkedHashMap<>(byName);
        more.put(tenant.name(), tenant);
        return new AddedTenants(origin, more);
    }

    AddedTenants without(String name) {
        var fewer = new LinkedHashMap<>(byName);
        fewer.remove(name);
        return new AddedTenants(origin, fewer);
    }

    private List<AddedTenant> active() {
        return byName.values().stream()
                .filter(tenant -> tenant.state() == TenantState.ACTIVE)
                .toList();
    }

    /**
     * The configuration with these tenants in it: their homes, accounts and users.
     *
     * @param config one with shards and a policy
     * @throws DocumentException when the configuration itself has one of them
     */
    public GatewayConfig applyTo(GatewayConfig config) {
        if (active().isEmpty()) {
            return config;
        }
        Map<String, ShardAccount> accounts = new LinkedHashMap<>(config.tenants());
        List<GatewayUser> users = new ArrayList<>(config.users().all());
        var problems = new ArrayList<Problem>();
        for (var tenant : active()) {
            boolean twice = accounts.putIfAbsent(tenant.name(), tenant.account()) != null;
            if (twice || config.users().find(tenant.name()) != null) {
                problems.add(new Problem(
                        origin,
                        0,
                        0,
                        "tenants." + tenant.name(),
                        "the configuration has a " + (twice ? "tenant" : "user") + " of this name too"));
            } else {
                users.add(tenant.user());
            }
        }
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
        return config.toBuilder()
                .tenants(accounts)
                .users(UserStore.of(users))
                .policy(config.policy()
                        .withTenants(active().stream().map(AddedTenant::home).toList()))
                .build();
    }
}
