// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.Peer;
import com.workersql.router.PermissionClass;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.Permission;
import com.workersql.server.users.UserStore;
import io.netty.channel.EventLoop;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The users of the gateway for all doors, from one snapshot that a reload replaces. Safe for all threads; nothing blocks, the
 * slow hashes run on the executor that was handed in.
 */
public final class Logins implements CredentialStore {
    private final Executor hashing;
    private final ProvedPasswords proved;
    private final NameDecoys decoys;
    private final Map<String, AtomicInteger> connectionsByUser = new ConcurrentHashMap<>();
    private volatile Map<String, Login> logins = Map.of();

    /**
     * A user who may come in.
     *
     * @param principal who that is
     * @param verifier proves the password
     * @param maxConnections how many connections of this user may be open at once
     */
    public record Login(Principal principal, PasswordVerifier verifier, int maxConnections) {}

    /**
     * Logins that know nobody yet.
     *
     * @param hashing runs the slow hashes; bounded
     * @param random for the key of the memory of proved passwords
     */
    public Logins(Executor hashing, SecureRandom random) {
        this.hashing = hashing;
        this.proved = new ProvedPasswords(random);
        this.decoys = new NameDecoys(random);
    }

    /**
     * Takes over the users of a configuration. What was proved before counts for nothing from here on.
     *
     * @param config the configuration
     */
    public void use(GatewayConfig config) {
        var next = new HashMap<String, Login>();
        UserStore store = config.users();
        for (GatewayUser user : store.all()) {
            var principal =
                    principal(user.name(), user.tenant(), user.permissions(), Principal.NEVER, null, config.tenants());
            next.put(user.name(), new Login(principal, user.verifier(), user.maxConnections()));
        }
        logins = Map.copyOf(next);
        proved.clear();
    }

    /**
     * Whom a password, token or key speaks for.
     *
     * @param key the hash of the key that proves it; null for a password
     * @param accounts of the tenants, whose databases they know
     */
    static Principal principal(
            String user,
            String tenant,
            Set<Permission> permissions,
            long expiresAtMillis,
            String key,
            Map<String, ShardAccount> accounts) {
        ShardAccount account = tenant == null ? null : accounts.get(tenant);
        String database = tenant == null ? null : account == null ? tenant : account.database();
        var classes = permissions.stream().map(Logins::permissionClass).collect(Collectors.toUnmodifiableSet());
        return new Principal(user, tenant, database, classes, expiresAtMillis, key);
    }

    private static PermissionClass permissionClass(Permission permission) {
        return switch (permission) {
            case READ -> PermissionClass.READ;
            case WRITE -> PermissionClass.WRITE;
            case DDL -> PermissionClass.DDL;
            case ADMIN -> PermissionClass.ADMIN;
        };
    }

    @Override
    public Credential find(String user, String schema, Peer peer) {
        var login = logins.get(user);
        return login == null ? null : Credential.of(login.verifier(), login);
    }

    @Override
    public PasswordVerifier decoy(String user) {
        return decoys.of(user);
    }

    /**
     * Proves a user and password, off the loop where that takes long.
     *
     * @param user the name as the client gave it
     * @param password the password; kept until the answer
     * @param loop where the answer arrives
     * @param ok takes who it is
     * @param refused takes the error; the same for an unknown user and a wrong password
     */
    public void prove(
            String user, byte[] password, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        var login = logins.get(user);
        var verifier = login == null ? decoys.of(user) : login.verifier();
        boolean remembered = proved.has(user, verifier.text(), password);
        if (remembered && login != null) {
            ok.accept(login.principal());
            return;
        }
        if (login != null) {
            // Who exists is refused by as much work as who does not.
            var unused = decoys.of(user);
        }
        try {
            hashing.execute(() -> {
                boolean matches = verifier.matches(password) && login != null;
                if (matches) {
                    proved.add(user, verifier.text(), password);
                }
                loop.execute(() -> {
                    if (matches && login.equals(logins.get(user))) {
                        ok.accept(login.principal());
                    } else {
                        refused.accept(denied(user));
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            refused.accept(GatewayError.refused(
                    1203, "42000", "Too many logins are being checked right now; try again later"));
        }
    }

    private static GatewayError denied(String user) {
        return GatewayError.refused(1045, "28000", "Access denied for user '" + user + "' (using password: YES)");
    }

    /**
     * Whether a user is still what it was when it was proved.
     *
     * @param principal who was proved
     * @return false also for who is no user
     */
    public boolean isCurrent(Principal principal) {
        var login = logins.get(principal.user());
        return login != null && login.principal().equals(principal);
    }

    /**
     * Counts a connection of a user in.
     *
     * @param login the user
     * @return false when the user has as many as it may; nothing is counted then
     */
    public boolean enter(Login login) {
        var count = connectionsByUser.computeIfAbsent(login.principal().user(), name -> new AtomicInteger());
        if (count.incrementAndGet() > login.maxConnections()) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    /**
     * Counts a connection of a user out.
     *
     * @param login the user that was counted in
     */
    public void leave(Login login) {
        connectionsByUser.get(login.principal().user()).decrementAndGet();
    }
}
