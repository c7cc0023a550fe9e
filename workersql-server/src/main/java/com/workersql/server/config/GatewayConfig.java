// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.WebSettings;
import com.workersql.server.users.UserStore;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Everything a gateway is told: one immutable value. A reload makes a new one.
 *
 * @param mysql where MySQL clients connect
 * @param http where HTTP and WebSocket clients connect
 * @param onePortWaitMillis how long a client may be silent on the one port of all doors before it is taken for a MySQL client; 0
 *     when each door has a port of its own
 * @param tls TLS towards clients; null: none is offered
 * @param shards the shards, in order; empty while {@code embedded} is to provide them
 * @param embedded the shards that the gateway starts by itself, unless {@code shards} names existing ones or those that it has
 *     started; null when there are to be none
 * @param tenants the account of each tenant on the shards, by tenant; a tenant without one has the shard's own account
 * @param policy where a statement belongs; null while {@code embedded} is to provide it
 * @param users who may log in
 * @param limits what clients may take
 * @param pool how connections to shards are held
 * @param breaker when a shard is no longer called
 * @param statements how long statements may take, and how many there may be
 * @param replicas which reads go to replicas
 * @param cache how much the cache of results may hold
 * @param web what clients over HTTP and WebSockets may do
 * @param peers which of several gateways this is, and where the others are
 * @param auth how such clients prove themselves, besides as users
 * @param changes how the shards' logs are followed for subscribers; null: there is no change feed
 * @param logging what is logged
 * @param tenantsFile where the tenants are kept that are added while the gateway runs; null: none can be added
 * @param adminToken what whoever administers the gateway over HTTP proves itself by; null: nobody may
 * @param compression what is offered to clients that want their connections compressed
 * @param localInfile whether clients may load files of their own
 * @param drainMillis how long a stopping gateway lets running statements and transactions finish
 */
public record GatewayConfig(
        ListenAddress mysql,
        ListenAddress http,
        int onePortWaitMillis,
        ClientTls tls,
        List<ShardConfig> shards,
        EmbeddedConfig embedded,
        Map<String, ShardAccount> tenants,
        PolicySource policy,
        UserStore users,
        Limits limits,
        PoolConfig pool,
        BreakerConfig breaker,
        StatementsConfig statements,
        ReplicasConfig replicas,
        CacheConfig cache,
        WebSettings web,
        PeersConfig peers,
        AuthConfig auth,
        ChangesConfig changes,
        LoggingConfig logging,
        Path tenantsFile,
        Secret adminToken,
        Compression compression,
        LocalInfile localInfile,
        int drainMillis) {

    /** {@code drain_millis}: default 30,000. */
    public static final Setting DRAIN_MILLIS = new Setting("drain_millis", 30_000, 0, 3_600_000);

    /**
     * Checks what spans several parts.
     *
     * @throws IllegalArgumentException when there are neither existing nor embedded shards, nobody could log in, or the admin token is empty
     */
    public GatewayConfig {
        shards = List.copyOf(shards);
        tenants = Collections.unmodifiableMap(new LinkedHashMap<>(tenants));
        DRAIN_MILLIS.check(drainMillis);
        if (onePortWaitMillis != 0) {
            ListenAddress.ONE_PORT_WAIT_MILLIS.check(onePortWaitMillis);
            if (!mysql.equals(http)) {
                throw new IllegalArgumentException("one port has one address, not " + mysql + " and " + http);
            }
        }
        if (adminToken != null && adminToken.bytes().length == 0) {
            throw new IllegalArgumentException("admin.token is empty, so that nobody would have to know it");
        }
        if (embedded == null && shards.isEmpty()) {
            throw new IllegalArgumentException("there are neither shards nor embedded shards");
        }
        if (shards.stream().map(ShardConfig::name).distinct().count() < shards.size()) {
            throw new IllegalArgumentException("two shards have the same name");
        }
        if (users.isEmpty()) {
            if (embedded == null) {
                throw new IllegalArgumentException("users_file is missing: nobody could log in");
            }
            for (var door : List.of(mysql, http)) {
                if (!door.isLoopback()) {
                    throw new IllegalArgumentException("listening on " + door
                            + " needs users_file: users made at start are for this machine only");
                }
            }
        }
    }

    /** Whether all doors are one port. */
    public boolean hasOnePort() {
        return onePortWaitMillis != 0;
    }

    /** Begins a configuration for a gateway inside another program. */
    public static Builder builder() {
        return new Builder();
    }

    /** The default: embedded shards, loopback only. */
    public static GatewayConfig defaults() {
        return builder().build();
    }

    /** The names of all shards, in order; of embedded ones also before they are started. */
    public List<String> shardNames() {
        return shards.isEmpty()
                ? IntStream.range(0, embedded.shards())
                        .mapToObj(EmbeddedConfig::shardName)
                        .toList()
                : shards.stream().map(ShardConfig::name).toList();
    }

    /** A builder that begins with this configuration. */
    public Builder toBuilder() {
        var builder = new Builder().mysql(mysql).http(http);
        builder.onePortWaitMillis = onePortWaitMillis;
        return builder.tls(tls)
                .shards(shards)
                .embedded(embedded)
                .tenants(tenants)
                .policy(policy)
                .users(users)
                .limits(limits)
                .pool(pool)
                .breaker(breaker)
                .statements(statements)
                .replicas(replicas)
                .cache(cache)
                .web(web)
                .peers(peers)
                .auth(auth)
                .changes(changes)
                .logging(logging)
                .tenantsFile(tenantsFile)
                .adminToken(adminToken)
                .compression(compression)
                .localInfile(localInfile)
                .drainMillis(drainMillis);
    }

    /** Makes a {@link GatewayConfig}. Used by one thread. */
    public static final class Builder {
        private ListenAddress mysql = ListenAddress.DEFAULT_MYSQL;
        private ListenAddress http = ListenAddress.DEFAULT_HTTP;
        private int onePortWaitMillis;
        private ClientTls tls;
        private List<ShardConfig> shards = List.of();
        private EmbeddedConfig embedded;
        private Map<String, ShardAccount> tenants = Map.of();
        private PolicySource policy;
        private UserStore users = UserStore.EMPTY;
        private Limits limits = Limits.defaults();
        private PoolConfig pool = PoolConfig.defaults();
        private BreakerConfig breaker = BreakerConfig.defaults();
        private StatementsConfig statements = StatementsConfig.defaults();
        private ReplicasConfig replicas = ReplicasConfig.defaults();
        private CacheConfig cache = CacheConfig.defaults();
        private WebSettings web = WebSettings.defaults();
        private PeersConfig peers = PeersConfig.alone();
        private AuthConfig auth = AuthConfig.NONE;
        private ChangesConfig changes;
        private LoggingConfig logging = LoggingConfig.DEFAULT;
        private Path tenantsFile;
        private Secret adminToken;
        private Compression compression = Compression.DEFAULT;
        private LocalInfile localInfile = LocalInfile.OFF;
        private int drainMillis = (int) DRAIN_MILLIS.byDefault();

        private Builder() {}

        /** Where MySQL clients connect; default 127.0.0.1:3307. */
        public Builder mysql(ListenAddress address) {
            mysql = address;
            return this;
        }

        /** Where HTTP and WebSocket clients connect; default 127.0.0.1:8080. */
        public Builder http(ListenAddress address) {
            http = address;
            return this;
        }

        /**
         * One port for all doors, in place of one for each; not for HTTP clients that open connections ahead of their requests.
         *
         * @param address where everybody connects
         * @param waitMillis how long a client may be silent before it is taken for a MySQL client, 1 to 10,000
         */
        public Builder any(ListenAddress address, int waitMillis) {
            this.mysql = address;
            this.http = address;
            this.onePortWaitMillis = waitMillis;
            return this;
        }

        /** TLS towards clients; default null: none is offered. */
        public Builder tls(ClientTls tls) {
            this.tls = tls;
            return this;
        }

        /** Existing shards; default none, which means embedded ones. */
        public Builder shards(List<ShardConfig> shards) {
            this.shards = shards;
            return this;
        }

        /** Shards that the gateway starts by itself; default {@link EmbeddedConfig#defaults()} when there are no others. */
        public Builder embedded(EmbeddedConfig embedded) {
            this.embedded = embedded;
            return this;
        }

        /** The account of each tenant on the shards; default none. */
        public Builder tenants(Map<String, ShardAccount> tenants) {
            this.tenants = tenants;
            return this;
        }

        /** Where a statement belongs; default: each tenant on one shard, by the hash of its name. */
        public Builder policy(PolicySource policy) {
            this.policy = policy;
            return this;
        }

        /** Who may log in; default nobody, or with embedded shards one user for each tenant, made at start. */
        public Builder users(UserStore users) {
            this.users = users;
            return this;
        }

        /** What clients may take. */
        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        /** How connections to shards are held. */
        public Builder pool(PoolConfig pool) {
            this.pool = pool;
            return this;
        }

        /** When a shard is no longer called. */
        public Builder breaker(BreakerConfig breaker) {
            this.breaker = breaker;
            return this;
        }

        /** How long statements may take, and how many there may be. */
        public Builder statements(StatementsConfig statements) {
            this.statements = statements;
            return this;
        }

        /** Which reads go to replicas, where a shard has some; default those that ask for it. */
        public Builder replicas(ReplicasConfig replicas) {
            this.replicas = replicas;
            return this;
        }

        /** What clients over HTTP and WebSockets may do. */
        public Builder web(WebSettings web) {
            this.web = web;
            return this;
        }

        /** Which of several gateways this is, and where the others are; default number 0, without others. */
        public Builder peers(PeersConfig peers) {
            this.peers = peers;
            return this;
        }

        /** How such clients prove themselves, besides as users; default in no other way. */
        public Builder auth(AuthConfig auth) {
            this.auth = auth;
            return this;
        }

        /** How much the cache of results may hold; without a policy that has answers kept it holds nothing. */
        public Builder cache(CacheConfig cache) {
            this.cache = cache;
            return this;
        }

        /** How the shards' logs are followed for subscribers; default null: there is no change feed. */
        public Builder changes(ChangesConfig changes) {
            this.changes = changes;
            return this;
        }

        /** What is logged. */
        public Builder logging(LoggingConfig logging) {
            this.logging = logging;
            return this;
        }

        /** Where added tenants are kept; default: with embedded shards a file of their directory, else null: none can be added. */
        public Builder tenantsFile(Path file) {
            this.tenantsFile = file;
            return this;
        }

        /** What whoever administers the gateway over HTTP proves itself by; default null: nobody may. */
        public Builder adminToken(Secret token) {
            this.adminToken = token;
            return this;
        }

        /** What is offered to clients that want their connections compressed; default zlib and zstd. */
        public Builder compression(Compression compression) {
            this.compression = compression;
            return this;
        }

        /** Whether clients may load files of their own; default off. */
        public Builder localInfile(LocalInfile localInfile) {
            this.localInfile = localInfile;
            return this;
        }

        /** How long a stopping gateway lets work finish; default 30,000 ms, 0 to 3,600,000. */
        public Builder drainMillis(int millis) {
            this.drainMillis = millis;
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @throws IllegalArgumentException when the parts do not fit together
         */
        public GatewayConfig build() {
            var launched = embedded == null && shards.isEmpty() ? EmbeddedConfig.defaults() : embedded;
            var placed = policy;
            if (placed == null && !shards.isEmpty()) {
                placed = PolicySource.byTenant(
                        shards.stream().map(ShardConfig::name).toList(), Map.of());
            }
            return new GatewayConfig(
                    mysql,
                    http,
                    onePortWaitMillis,
                    tls,
                    shards,
                    launched,
                    tenants,
                    placed,
                    users,
                    limits,
                    pool,
                    breaker,
                    statements,
                    replicas,
                    cache,
                    web,
                    peers,
                    auth,
                    changes,
                    logging,
                    tenantsFile,
                    adminToken,
                    compression,
                    localInfile,
                    drainMillis);
        }
    }
}
