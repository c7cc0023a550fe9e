// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlReader;
import com.workersql.server.users.UserFile;
import com.workersql.server.users.UserStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Reads a configuration file and the files that it names. Paths in it are relative to the file's own directory. All faults are
 * reported together. Used by one thread; each {@link #load(Path, UnaryOperator)} makes its own.
 */
public final class ConfigLoader {
    private final Path file;
    private final List<Problem> problems = new ArrayList<>();
    private final ConfigFiles files;

    private ConfigLoader(Path file, UnaryOperator<String> environment) {
        this.file = file;
        this.files = new ConfigFiles(file, environment, problems);
    }

    /**
     * A configuration and the files that it was read from.
     *
     * @param config the configuration
     * @param stamps what showed of each file before it was read, the configuration file first, then the policy, users, password and
     *     certificate files; what a watcher looks at
     */
    public record Loaded(GatewayConfig config, Map<Path, FileStamp> stamps) {
        /** The files. */
        public List<Path> files() {
            return List.copyOf(stamps.keySet());
        }

        /** What showed of the certificate and its key, which are read again when they are used; empty without TLS. */
        List<FileStamp> certificate() {
            return config.tls() == null
                    ? List.of()
                    : List.of(
                            stamps.get(config.tls().certificate()),
                            stamps.get(config.tls().key()));
        }
    }

    /**
     * Reads a configuration file.
     *
     * @param file the file
     * @param environment gives the value of an environment variable, or null; {@code System::getenv} but in tests
     * @throws DocumentException with every fault and its place
     */
    public static Loaded load(Path file, UnaryOperator<String> environment) {
        return load(file, environment, read -> {});
    }

    /**
     * Reads a configuration file.
     *
     * @param refused takes what was read, with what showed of it before, where it cannot be used
     */
    static Loaded load(Path file, UnaryOperator<String> environment, Consumer<Map<Path, FileStamp>> refused) {
        var loader = new ConfigLoader(file, environment);
        try {
            var config = loader.read();
            return new Loaded(config, loader.files.watched());
        } catch (DocumentException e) {
            refused.accept(loader.files.watched());
            throw e;
        }
    }

    /**
     * The files of a configuration's policy, also where what is in them cannot be used.
     *
     * @param file the configuration file
     * @return null where the policy has no file of its own
     * @throws DocumentException when the configuration is no YAML
     */
    public static PolicyFiles policyFiles(Path file) {
        var loader = new ConfigLoader(file, name -> null);
        var text = loader.text();
        var root = Section.root(file.toString(), YamlReader.read(file.toString(), text), loader.problems);
        return PolicyReader.files(loader.files, root);
    }

    private String text() {
        var text = files.document();
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
        return text;
    }

    private GatewayConfig read() {
        var text = text();
        var root = Section.root(file.toString(), YamlReader.read(file.toString(), text), problems);
        var builder = GatewayConfig.builder();

        var listen = root.section("listen");
        if (listen.has("any")) {
            onePort(listen, builder);
        } else {
            builder.mysql(address(listen.section("mysql"), ListenAddress.DEFAULT_MYSQL));
            builder.http(address(listen.section("http"), ListenAddress.DEFAULT_HTTP));
        }
        listen.end();
        if (root.has("tls")) {
            builder.tls(clientTls(root.section("tls")));
        }
        builder.shards(new ShardsReader(files).read(root));
        if (root.has("embedded")) {
            builder.embedded(embedded(root.section("embedded")));
            if (root.has("shards")) {
                root.problem("embedded", "stands beside shards; give existing shards or embedded ones, not both");
            }
        }
        builder.tenants(tenants(root));
        builder.tenantsFile(files.path(root, "tenants_file"));
        if (root.has("admin")) {
            var admin = root.section("admin");
            builder.adminToken(files.secret(admin, "token"));
            admin.end();
        }
        var policy = new PolicyReader(files, file.toString(), text).read(root);
        builder.policy(policy);
        builder.users(users(root));

        var limits = root.section("limits");
        builder.limits(limits.checked(() -> Limits.read(limits::number), Limits.defaults()));
        limits.end();
        var pool = root.section("pool");
        builder.pool(pool.checked(
                () -> PoolConfig.read(pool::number, pool.numbers(PoolConfig.TENANT_WEIGHT)), PoolConfig.defaults()));
        pool.end();
        var breaker = root.section("breaker");
        builder.breaker(breaker.checked(() -> BreakerConfig.read(breaker::number), BreakerConfig.defaults()));
        breaker.end();
        var statements = root.section("statements");
        builder.statements(
                statements.checked(() -> StatementsConfig.read(statements::number), StatementsConfig.defaults()));
        statements.end();
        var replicas = root.section("replicas");
        boolean reads = replicas.flag(ReplicasConfig.READS, false);
        builder.replicas(
                replicas.checked(() -> ReplicasConfig.read(reads, replicas::number), ReplicasConfig.defaults()));
        replicas.end();
        var cache = root.section("cache");
        builder.cache(cache.checked(() -> CacheConfig.read(cache::number), CacheConfig.defaults()));
        cache.end();
        builder.web(WebReader.read(root.section("http")));
        builder.peers(peers(root.section("peers")));
        builder.auth(new AuthReader(files).read(root.section("auth")));
        if (root.has("changes")) {
            builder.changes(changes(root.section("changes")));
        }
        var logging = root.section("logging");
        builder.logging(new LoggingConfig(
                logging.choice("format", LoggingConfig.Format.class, LoggingConfig.DEFAULT.format()),
                logging.choice("level", LoggingConfig.Level.class, LoggingConfig.DEFAULT.level())));
        logging.end();
        builder.compression(Compression.read(root.section("compression")));
        builder.localInfile(root.choice("local_infile", LocalInfile.class, LocalInfile.OFF));
        builder.drainMillis((int) root.number(GatewayConfig.DRAIN_MILLIS));
        root.end();

        var config = problems.isEmpty() ? root.checked(builder::build, null) : null;
        if (config != null && policy != null) {
            checkPolicy(policy, config);
        }
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
        return config;
    }

    private void onePort(Section listen, GatewayConfig.Builder builder) {
        for (var door : List.of("mysql", "http")) {
            if (listen.has(door)) {
                listen.problem(door, "stands beside any; give one port for all, or one for each");
            }
        }
        var any = listen.section("any");
        int waitMillis = (int) any.number(ListenAddress.ONE_PORT_WAIT_MILLIS);
        builder.any(address(any, ListenAddress.DEFAULT_MYSQL), waitMillis);
    }

    private ListenAddress address(Section section, ListenAddress byDefault) {
        var address = new ListenAddress(
                section.text("host", byDefault.host()), (int) section.number("port", byDefault.port(), 0, 65_535));
        var proxies = section.texts("proxy_from", List.of());
        section.end();
        try {
            return address.withProxyFrom(proxies);
        } catch (IllegalArgumentException e) {
            section.problem("proxy_from", e.getMessage());
            return address;
        }
    }

    private ClientTls clientTls(Section section) {
        var chain = files.path(section, "certificate");
        var key = files.path(section, "key");
        if (chain == null) {
            section.missing("certificate");
        }
        if (key == null) {
            section.missing("key");
        } else {
            ConfigFiles.refuseReadableByOthers(key, section, "key");
        }
        if (chain != null && key != null) {
            files.watch(chain);
            files.watch(key);
            if (files.isCertificate(chain, section, "certificate")) {
                section.fault("key", CertificateFiles.keyFault(key, chain));
            }
        }
        boolean required = section.flag("required", false);
        section.end();
        return new ClientTls(chain, key, required);
    }

    private PeersConfig peers(Section section) {
        var addresses = PeersConfig.addresses(section.section("addresses"));
        boolean hasKey = section.has("key") || section.has("key_file") || section.has("key_env");
        var key = hasKey ? files.secret(section, "key") : null;
        var peers = section.checked(() -> PeersConfig.read(section::number, addresses, key), PeersConfig.alone());
        section.end();
        return peers;
    }

    private ChangesConfig changes(Section section) {
        var account = section.has("account") ? files.account(section.section("account")) : null;
        if (!section.has(ChangesConfig.FIRST_SERVER_ID.key())) {
            section.missing(ChangesConfig.FIRST_SERVER_ID.key());
            return null;
        }
        var changes = section.checked(() -> ChangesConfig.read(section::number, account), null);
        section.end();
        return changes;
    }

    private EmbeddedConfig embedded(Section section) {
        int shards = (int) section.number(EmbeddedConfig.SHARDS);
        var dataDir = files.path(section, "data_dir");
        var tenants = section.texts("tenants", EmbeddedConfig.DEFAULT_TENANTS);
        var server = files.path(section, "server");
        int firstPort = (int) section.number(EmbeddedConfig.FIRST_PORT);
        section.end();
        return section.checked(
                () -> new EmbeddedConfig(
                        shards,
                        dataDir == null ? EmbeddedConfig.defaultDataDir() : dataDir,
                        tenants,
                        server,
                        firstPort),
                EmbeddedConfig.defaults());
    }

    private Map<String, ShardAccount> tenants(Section root) {
        var tenants = new LinkedHashMap<String, ShardAccount>();
        root.namedSections("tenants").forEach((name, section) -> {
            var fault = Names.fault(name, Names.MAX_TENANT);
            if (fault != null) {
                section.problem(fault);
            }
            tenants.put(name, files.account(section));
        });
        return tenants;
    }

    /** A policy has to be right by itself, and to name only shards that there are. */
    private void checkPolicy(PolicySource policy, GatewayConfig config) {
        try {
            var known = config.shardNames();
            for (var shard : policy.parse().shards()) {
                if (!known.contains(shard)) {
                    var message =
                            "the policy's shard " + shard + " is none of this gateway's: " + String.join(", ", known);
                    problems.add(new Problem(policy.origin(), 0, 0, "shards", message));
                }
            }
        } catch (DocumentException e) {
            problems.addAll(e.problems());
        }
    }

    private UserStore users(Section root) {
        var usersFile = files.path(root, "users_file");
        if (usersFile == null) {
            return UserStore.EMPTY;
        }
        ConfigFiles.refuseReadableByOthers(usersFile, root, "users_file");
        int faults = problems.size();
        var document = files.text(usersFile, root, "users_file");
        if (problems.size() > faults) {
            return UserStore.EMPTY;
        }
        try {
            return UserFile.read(usersFile.toString(), document);
        } catch (DocumentException e) {
            problems.addAll(e.problems());
            return UserStore.EMPTY;
        }
    }
}
