// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.OwnerOnlyFiles;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Running embedded shards. They end with {@link #close()}, and also when this process is gone without it. Data, accounts and the
 * home of each tenant stay in the data directory for the next start. Thread-safe.
 */
public final class EmbeddedShards implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MAX_STARTING_AT_ONCE = 16;

    private final Path root;
    /** Null where another process holds it. */
    private final DataDirectory directory;

    private final List<ShardServer> servers;
    private final List<EmbeddedShard> shards;
    private final List<EmbeddedTenant> tenants;
    private final String accountStatements;
    private boolean closed;

    private EmbeddedShards(
            Path root,
            DataDirectory directory,
            List<ShardServer> servers,
            List<EmbeddedShard> shards,
            List<EmbeddedTenant> tenants,
            String accountStatements) {
        this.root = root;
        this.directory = directory;
        this.servers = servers;
        this.shards = shards;
        this.tenants = tenants;
        this.accountStatements = accountStatements;
    }

    /**
     * Starts all shards, side by side, and waits until each takes connections. Blocks: under a second when the data is there,
     * some seconds when the programs have to be unpacked first.
     *
     * @param config how many, where and for which tenants
     * @param listener hears the progress
     * @throws EmbeddedException when no server program is found, the data directory is in use, or a server does not start; what
     *     was started has been ended again
     */
    public static EmbeddedShards start(EmbeddedConfig config, ShardListener listener) {
        var directory = DataDirectory.open(config.dataDir());
        try {
            var programs = ProgramFinder.ofThisProcess(config).find(listener);
            var credentials = Credentials.load(directory.credentialsFile(), config);
            var tenants = credentials.tenants(config);
            var statements =
                    AccountStatements.of(credentials.admin(), credentials.gateway(), tenants, programs.isMariaDb());
            var servers = new ArrayList<ShardServer>();
            for (int number = 0; number < config.shards(); number++) {
                var home = ownDirectory(directory.root().resolve(EmbeddedConfig.shardName(number)));
                int port = config.firstPort() == 0 ? 0 : config.firstPort() + number;
                servers.add(new ShardServer(number, home, programs, port, listener));
            }
            startAll(servers, statements);
            var shards = servers.stream()
                    .map(server -> new EmbeddedShard(
                            server.name(), LOOPBACK, server.port(), credentials.gateway(), credentials.admin()))
                    .toList();
            OwnerOnlyFiles.write(
                    DataDirectory.portsFile(directory.root()),
                    shards.stream().map(shard -> shard.port() + "\n").collect(Collectors.joining()));
            return new EmbeddedShards(directory.root(), directory, servers, shards, tenants, statements);
        } catch (IOException e) {
            directory.close();
            throw new EmbeddedException("the ports of the shards cannot be written: " + e, e);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /**
     * The shards of the gateway that holds the data directory, for a command beside it; started here where none does. Those of
     * another process are not ended by {@link #close()}.
     *
     * @param config how many, where and for which tenants, where they have to be started
     * @param listener hears the progress
     * @throws EmbeddedException when they can be neither found nor started
     */
    public static EmbeddedShards startOrJoin(EmbeddedConfig config, ShardListener listener) {
        var root = config.dataDir();
        if (!DataDirectory.isInUse(root)) {
            return start(config, listener);
        }
        var credentials = Credentials.read(
                DataDirectory.credentialsFile(root), "the gateway that holds " + root + " is still starting");
        var shards = new ArrayList<EmbeddedShard>();
        try {
            for (var port : Files.readAllLines(DataDirectory.portsFile(root))) {
                shards.add(new EmbeddedShard(
                        EmbeddedConfig.shardName(shards.size()),
                        LOOPBACK,
                        Integer.parseInt(port),
                        credentials.gateway(),
                        credentials.admin()));
            }
        } catch (IOException | NumberFormatException e) {
            throw new EmbeddedException("the ports of the shards of " + root + " cannot be read: " + e, e);
        }
        return new EmbeddedShards(root, null, List.of(), shards, credentials.tenants(credentials.names()), "");
    }

    /** The shards, in order. */
    public List<EmbeddedShard> shards() {
        return shards;
    }

    /** The tenants of the configuration, in its order. */
    public List<EmbeddedTenant> tenants() {
        return tenants;
    }

    /** Where the passwords are kept; only its owner may read it. */
    public Path credentialsFile() {
        return DataDirectory.credentialsFile(root);
    }

    /**
     * The configuration with these shards and tenants in it, beside the wish for them. A policy, users and tenant accounts that it already has are kept;
     * otherwise each tenant has its home and one user of its own name.
     */
    public GatewayConfig applyTo(GatewayConfig config) {
        var accounts = new LinkedHashMap<String, ShardAccount>();
        var homes = new LinkedHashMap<String, String>();
        var users = new ArrayList<GatewayUser>();
        for (var tenant : tenants) {
            accounts.put(tenant.name(), tenant.account());
            homes.put(tenant.name(), tenant.shard());
            users.add(GatewayUser.of(tenant.name(), tenant.passwordHash(), tenant.name()));
        }
        accounts.putAll(config.tenants());
        var builder = config.toBuilder()
                .shards(shards.stream()
                        .map(shard -> ShardConfig.of(shard.name(), shard.host(), shard.port(), shard.gateway())
                                .withAdmin(shard.admin()))
                        .toList())
                .tenants(accounts);
        if (config.tenantsFile() == null) {
            builder.tenantsFile(root.resolve("tenants.yaml"));
        }
        if (config.policy() == null) {
            builder.policy(PolicySource.byTenant(
                    shards.stream().map(EmbeddedShard::name).toList(), homes));
        }
        if (config.users().isEmpty()) {
            builder.users(UserStore.of(users));
        }
        return builder.build();
    }

    /** Ends all servers, side by side, and waits for their end. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (directory != null) {
                stopAll(servers);
                directory.close();
            }
        }
    }

    /** The process of one shard, for what has to disturb it. */
    ShardServer server(String name) {
        return servers.stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** What a shard's server has to run at its start. */
    String accountStatements() {
        return accountStatements;
    }

    private static Path ownDirectory(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectory(path, OwnerOnlyFiles.permissions("rwx------"));
            }
            return path;
        } catch (IOException e) {
            throw new EmbeddedException("the directory " + path + " cannot be made: " + e, e);
        }
    }

    private static void startAll(List<ShardServer> servers, String statements) {
        try {
            inParallel(servers, server -> server.start(statements));
        } catch (RuntimeException e) {
            stopAll(servers);
            throw e;
        }
    }

    private static void stopAll(List<ShardServer> servers) {
        inParallel(servers, ShardServer::stop);
    }

    private static void inParallel(List<ShardServer> servers, Consumer<ShardServer> action) {
        var executor = Executors.newFixedThreadPool(Math.min(servers.size(), MAX_STARTING_AT_ONCE), task -> {
            var thread = new Thread(task, "embedded-shards");
            thread.setDaemon(true);
            return thread;
        });
        try {
            var all = servers.stream()
                    .map(server -> CompletableFuture.runAsync(() -> action.accept(server), executor))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(all).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        } finally {
            executor.shutdown();
        }
    }
}
