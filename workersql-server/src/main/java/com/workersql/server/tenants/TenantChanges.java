// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacer;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Names;
import com.workersql.server.config.Secret;
import com.workersql.server.tenants.TenantException.Reason;
import com.workersql.server.users.RandomPassword;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Adds and drops tenants. What is to be done is written into the tenants file before it is done, so that after a crash the same
 * request goes on where the first one stopped. Blocks; used by any thread, one change at a time.
 */
public final class TenantChanges {
    private final TenantsFile file;
    private final Supplier<GatewayConfig> config;
    private final ShardAdministrator shards;
    private final Runnable publish;
    private final SecureRandom random = new SecureRandom();

    /**
     * Changes of a file.
     *
     * @param file keeps the tenants
     * @param config gives the configuration now, without the tenants of the file
     * @param shards makes databases and accounts
     * @param publish puts what the file holds in force; returns when it is
     */
    public TenantChanges(
            TenantsFile file, Supplier<GatewayConfig> config, ShardAdministrator shards, Runnable publish) {
        this.file = file;
        this.config = config;
        this.shards = shards;
        this.publish = publish;
    }

    /**
     * A tenant that is to be added.
     *
     * @param name its name, and that of its database, its account and its gateway user
     * @param password the password of its gateway user; null for one that is made
     * @param shard its home; null: the policy's strategy for new tenants chooses
     * @param takesOverData whether it gets the data that stayed when a tenant of this name was dropped
     */
    public record Request(String name, String password, String shard, boolean takesOverData) {}

    /**
     * A tenant that may log in.
     *
     * @param name the tenant, and its gateway user
     * @param shard its home
     * @param database its database there
     * @param password the password of the gateway user, which is kept nowhere
     * @param policyVersion the version of the policy that knows it
     */
    public record Added(String name, String shard, String database, String password, String policyVersion) {
        /** Does not show the password. */
        @Override
        public String toString() {
            return "Added[" + name + " on " + shard + ", policy " + policyVersion + "]";
        }
    }

    /**
     * Adds a tenant: chooses its home, makes its database and account there, and publishes the policy that knows it.
     *
     * @param request what is wanted
     * @return the tenant
     * @throws TenantException when the name is taken or none, or a shard does not do its part
     */
    public Added add(Request request) {
        String name = request.name();
        String fault = Names.tenantFault(name);
        if (fault != null) {
            throw new TenantException(Reason.MALFORMED, "tenant '" + name + "' " + fault);
        }
        if (request.password() != null && request.password().isEmpty()) {
            throw new TenantException(Reason.MALFORMED, "the password is empty");
        }
        try (var lock = file.lock()) {
            assert lock.isOpen();
            var known = file.read();
            var base = config.get();
            String home = home(request, known, base);
            String password = request.password() == null ? RandomPassword.next(random) : request.password();
            var tenant = new AddedTenant(
                    name,
                    TenantState.ADDING,
                    home,
                    Secret.of(RandomPassword.next(random)),
                    PasswordVerifier.hashCachingSha2(password.getBytes(StandardCharsets.UTF_8), random));
            file.write(known.with(tenant));
            shards.create(tenant);
            var done = known.with(tenant.active());
            String version = done.applyTo(base).policy().parse().version();
            file.write(done);
            publish.run();
            return new Added(name, home, name, password, version);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the tenant is to live: where it has begun to, or where its data is, or where the policy puts a new one. */
    private String home(Request request, AddedTenants known, GatewayConfig base) {
        String name = request.name();
        var before = known.byName().get(name);
        var policy = known.applyTo(base).policy().parse();
        String home =
                before != null ? before.shard() : request.shard() == null ? TenantPlacer.home(policy) : request.shard();
        if (!policy.shards().contains(home)) {
            throw new TenantException(
                    Reason.MALFORMED, "shard " + home + " is none of the policy's: " + policy.shards());
        }
        if (request.shard() != null && !request.shard().equals(home)) {
            throw new TenantException(
                    Reason.CONFLICT,
                    "tenant " + name + " has data on " + home + " and cannot live on " + request.shard());
        }
        if (before == null) {
            refuseTaken(name, home, known, base, policy);
        } else if (before.state() == TenantState.DROPPED && !request.takesOverData()) {
            throw new TenantException(
                    Reason.CONFLICT,
                    "the data of an earlier tenant " + name + " is still on " + home
                            + "; drop it (--drop-data), or let the new tenant have it (--existing-data)");
        } else if (before.state() != TenantState.ADDING && before.state() != TenantState.DROPPED) {
            throw new TenantException(
                    Reason.CONFLICT,
                    "tenant " + name
                            + (before.state() == TenantState.ACTIVE
                                    ? " exists"
                                    : " is being dropped; drop it again first"));
        }
        return home;
    }

    private void refuseTaken(String name, String home, AddedTenants known, GatewayConfig base, RoutingPolicy policy) {
        // Some servers do not tell upper from lower case in the names of databases.
        boolean isTenant = Stream.of(
                        policy.tenants().keySet(),
                        base.tenants().keySet(),
                        known.byName().keySet())
                .flatMap(names -> names.stream())
                .anyMatch(name::equalsIgnoreCase);
        boolean isUser = base.users().all().stream()
                .anyMatch(user -> user.name().equalsIgnoreCase(name) || name.equalsIgnoreCase(user.tenant()));
        if (isTenant || isUser) {
            throw new TenantException(
                    Reason.CONFLICT, "there is a " + (isTenant ? "tenant" : "user") + " " + name + " already");
        }
        if (shards.hasDatabase(home, name)) {
            throw new TenantException(Reason.CONFLICT, "shard " + home + " has a database " + name + " already");
        }
        if (shards.hasAccount(home, name)) {
            throw new TenantException(Reason.CONFLICT, "shard " + home + " has an account " + name + " already");
        }
    }

    /**
     * Drops a tenant that was added: nobody logs in any more, its sessions end, its account goes.
     *
     * @param name the tenant
     * @param dropData whether its database goes too
     * @throws TenantException when there is no such tenant, it stands in the configuration, or the shard does not do its part
     */
    public void drop(String name, boolean dropData) {
        try (var lock = file.lock()) {
            assert lock.isOpen();
            var known = file.read();
            var tenant = known.byName().get(name);
            if (tenant == null) {
                throw unknown(name);
            }
            if (tenant.state() == TenantState.DROPPED && !dropData) {
                throw new TenantException(
                        Reason.CONFLICT, "tenant " + name + " is dropped; its data is still on " + tenant.shard());
            }
            boolean withData = dropData || tenant.state() == TenantState.DROPPING_DATA;
            file.write(known.with(tenant.leaving(withData ? TenantState.DROPPING_DATA : TenantState.DROPPING)));
            publish.run();
            shards.dropAccount(tenant.shard(), name);
            if (withData) {
                shards.dropDatabase(tenant.shard(), name);
                file.write(known.without(name));
            } else {
                file.write(known.with(tenant.leaving(TenantState.DROPPED)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TenantException unknown(String name) {
        var base = config.get();
        boolean configured = base.tenants().containsKey(name)
                || base.policy().parse().tenants().containsKey(name);
        return configured
                ? new TenantException(
                        Reason.CONFLICT, "tenant " + name + " stands in the configuration; take it out there")
                : new TenantException(Reason.UNKNOWN, "there is no tenant " + name);
    }

    /**
     * A tenant as it is listed.
     *
     * @param name the tenant
     * @param state {@code active}, or what is being done or was done to it
     * @param shard its home
     */
    public record Listed(String name, String state, String shard) {}

    /** The tenants of the policy and those that are being added or dropped, in their order. */
    public Stream<Listed> list() {
        var known = file.read();
        var policy = config.get().policy().parse();
        return Stream.concat(
                policy.tenants().values().stream().map(home -> new Listed(home.tenant(), "configured", home.shard())),
                known.byName().values().stream()
                        .map(tenant -> new Listed(
                                tenant.name(), tenant.state().name().toLowerCase(Locale.ROOT), tenant.shard())));
    }
}
