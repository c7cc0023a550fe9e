// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlNode;
import com.workersql.server.config.yaml.YamlReader;
import com.workersql.server.users.UserFile;
import com.workersql.server.users.UserStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Reads a configuration file and the files that it names. Paths in it are relative to the file's own directory. All faults are
 * reported together. Used by one thread; each {@link #load(Path, UnaryOperator)} makes its own.
 */
public final class ConfigLoader {
    private final Path file;
    private final UnaryOperator<String> environment;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Path> files = new LinkedHashSet<>();
    private String text;

    private ConfigLoader(Path file, UnaryOperator<String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /**
     * A configuration and the files that it was read from.
     *
     * @param config the configuration
     * @param files the configuration file first, then the policy, users and password files; what a watcher looks at
     */
    public record Loaded(GatewayConfig config, List<Path> files) {}

    /**
     * Reads a configuration file.
     *
     * @param file the file
     * @param environment gives the value of an environment variable, or null; {@code System::getenv} but in tests
     * @throws DocumentException with every fault and its place
     */
    public static Loaded load(Path file, UnaryOperator<String> environment) {
        var loader = new ConfigLoader(file, environment);
        var config = loader.read();
        return new Loaded(config, List.copyOf(loader.files));
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
        loader.text = loader.fileText(file, null, null);
        if (!loader.problems.isEmpty()) {
            throw new DocumentException(loader.problems);
        }
        var root = Section.root(file.toString(), YamlReader.read(file.toString(), loader.text), loader.problems);
        var document = loader.path(root, "policy_file");
        return document == null ? null : new PolicyFiles(document, loader.path(root, "tables_dir"));
    }

    private GatewayConfig read() {
        text = fileText(file, null, null);
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
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
        builder.shards(shards(root));
        if (root.has("embedded")) {
            builder.embedded(embedded(root.section("embedded")));
            if (root.has("shards")) {
                root.problem("embedded", "stands beside shards; give existing shards or embedded ones, not both");
            }
        }
        builder.tenants(tenants(root));
        builder.tenantsFile(path(root, "tenants_file"));
        if (root.has("admin")) {
            var admin = root.section("admin");
            builder.adminToken(secret(admin, "token"));
            admin.end();
        }
        var policy = policy(root);
        builder.policy(policy);
        builder.users(users(root));

        var limits = root.section("limits");
        builder.limits(checked(limits, () -> Limits.read(limits::number), Limits.defaults()));
        limits.end();
        var pool = root.section("pool");
        builder.pool(checked(
                pool,
                () -> PoolConfig.read(pool::number, pool.numbers(PoolConfig.TENANT_WEIGHT)),
                PoolConfig.defaults()));
        pool.end();
        var breaker = root.section("breaker");
        builder.breaker(checked(breaker, () -> BreakerConfig.read(breaker::number), BreakerConfig.defaults()));
        breaker.end();
        var statements = root.section("statements");
        builder.statements(
                checked(statements, () -> StatementsConfig.read(statements::number), StatementsConfig.defaults()));
        statements.end();
        var replicas = root.section("replicas");
        boolean reads = replicas.flag(ReplicasConfig.READS, false);
        builder.replicas(
                checked(replicas, () -> ReplicasConfig.read(reads, replicas::number), ReplicasConfig.defaults()));
        replicas.end();
        var cache = root.section("cache");
        builder.cache(checked(cache, () -> CacheConfig.read(cache::number), CacheConfig.defaults()));
        cache.end();
        builder.web(WebReader.read(root.section("http")));
        builder.peers(peers(root.section("peers")));
        builder.auth(new AuthReader(authFiles(), jwt -> secret(jwt, "secret")).read(root.section("auth")));
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

        var config = problems.isEmpty() ? checked(root, builder::build, null) : null;
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
        var certificate = path(section, "certificate");
        var key = path(section, "key");
        if (certificate == null) {
            section.missing("certificate");
        }
        if (key == null) {
            section.missing("key");
        } else {
            refuseReadableByOthers(key, section, "key");
        }
        boolean required = section.flag("required", false);
        section.end();
        return new ClientTls(certificate, key, required);
    }

    private List<ShardConfig> shards(Section root) {
        var shards = new ArrayList<ShardConfig>();
        root.namedSections("shards").forEach((name, section) -> {
            name(section, name, Names.MAX);
            var endpoints = new ArrayList<ShardEndpoint>();
            for (var endpoint : section.sections("endpoints")) {
                endpoints.add(new ShardEndpoint(
                        endpoint.requiredText("host"),
                        (int) endpoint.number("port", ShardEndpoint.DEFAULT_PORT, 1, 65_535),
                        endpoint.choice("role", Role.class, Role.PRIMARY)));
                endpoint.end();
            }
            if (!section.has("endpoints")) {
                section.missing("endpoints");
            }
            if (!section.has("account")) {
                section.missing("account");
            }
            var account = section.has("account") ? account(section.section("account")) : null;
            var tls = shardTls(section.section("tls"));
            int maxConnections = section.isText(ShardConfig.MAX_CONNECTIONS.key(), "auto")
                    ? ShardConfig.AUTO
                    : (int) section.number(ShardConfig.MAX_CONNECTIONS);
            int weight = (int) section.number(ShardConfig.WEIGHT);
            var wire = ShardWire.read(section);
            Boolean retrieval = section.has("allow_public_key_retrieval")
                    ? (Boolean) section.flag("allow_public_key_retrieval", false)
                    : null;
            var admin = section.has("admin_account") ? account(section.section("admin_account")) : null;
            section.end();
            if (section.has("endpoints") && account != null) {
                var shard = checked(
                        section,
                        () -> new ShardConfig(
                                name, endpoints, account, tls, maxConnections, retrieval, weight, admin, wire),
                        null);
                if (shard != null) {
                    shards.add(shard);
                }
            }
        });
        return shards;
    }

    private ShardTls shardTls(Section section) {
        var tls = new ShardTls(section.choice("mode", ShardTls.Mode.class, ShardTls.Mode.OFF), path(section, "ca"));
        section.end();
        return tls;
    }

    private ShardAccount account(Section section) {
        var account =
                new ShardAccount(section.text("user", ""), secret(section, "password"), section.text("database", null));
        section.end();
        if (account.user().isEmpty()) {
            section.missing("user");
        }
        return account;
    }

    /** A secret under the key itself, in the file of {@code key_file} or the variable of {@code key_env}. */
    private Secret secret(Section section, String key) {
        var value = section.text(key, null);
        var secretFile = path(section, key + "_file");
        var variable = section.text(key + "_env", null);
        if (value != null && secretFile == null && variable == null) {
            refuseReadableByOthers(file, section, key);
            return Secret.of(value);
        }
        if (value == null && secretFile != null && variable == null) {
            files.add(secretFile);
            refuseReadableByOthers(secretFile, section, key + "_file");
            return Secret.of(fileText(secretFile, section, key + "_file").strip());
        }
        if (value == null && secretFile == null && variable != null) {
            var found = environment.apply(variable);
            if (found == null) {
                section.problem(key + "_env", "the environment variable " + variable + " is not set");
                return Secret.of("");
            }
            return Secret.of(found);
        }
        section.problem("needs exactly one of " + key + ", " + key + "_file and " + key + "_env");
        return Secret.of("");
    }

    private AuthReader.Files authFiles() {
        return new AuthReader.Files() {
            @Override
            public Path path(Section section, String key) {
                return ConfigLoader.this.path(section, key);
            }

            @Override
            public String text(Path path, Section section, String key) {
                files.add(path);
                return fileText(path, section, key);
            }

            @Override
            public void refuseReadableByOthers(Path path, Section section, String key) {
                ConfigLoader.refuseReadableByOthers(path, section, key);
            }
        };
    }

    private PeersConfig peers(Section section) {
        var addresses = PeersConfig.addresses(section.section("addresses"));
        boolean hasKey = section.has("key") || section.has("key_file") || section.has("key_env");
        var key = hasKey ? secret(section, "key") : null;
        var peers = checked(section, () -> PeersConfig.read(section::number, addresses, key), PeersConfig.alone());
        section.end();
        return peers;
    }

    private ChangesConfig changes(Section section) {
        var account = section.has("account") ? account(section.section("account")) : null;
        if (!section.has(ChangesConfig.FIRST_SERVER_ID.key())) {
            section.missing(ChangesConfig.FIRST_SERVER_ID.key());
            return null;
        }
        var changes = checked(section, () -> ChangesConfig.read(section::number, account), null);
        section.end();
        return changes;
    }

    private EmbeddedConfig embedded(Section section) {
        int shards = (int) section.number(EmbeddedConfig.SHARDS);
        var dataDir = path(section, "data_dir");
        var tenants = section.texts("tenants", EmbeddedConfig.DEFAULT_TENANTS);
        var server = path(section, "server");
        int firstPort = (int) section.number(EmbeddedConfig.FIRST_PORT);
        section.end();
        return checked(
                section,
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
            name(section, name, Names.MAX_TENANT);
            tenants.put(name, account(section));
        });
        return tenants;
    }

    private PolicySource policy(Section root) {
        var policyFile = path(root, "policy_file");
        var inline = root.has("policy") ? root.value("policy") : null;
        var tablesDir = path(root, "tables_dir");
        var tables = tablesDir == null ? Map.<String, String>of() : tableDocuments(root, tablesDir);
        if (policyFile != null) {
            if (inline != null) {
                root.problem("policy_file", "stands beside policy; give one of them");
            }
            return policy(root, new PolicyFiles(policyFile, tablesDir), tables);
        }
        if (inline == null) {
            if (tablesDir != null) {
                root.problem("tables_dir", "is for a policy; give policy_file or policy");
            }
            return null;
        }
        if (inline instanceof YamlNode.Mapping mapping) {
            return new PolicySource(file.toString(), excerpt(mapping), tables, List.of(), null);
        }
        root.problem("policy", "found " + inline.kind() + " where a mapping is expected");
        return null;
    }

    private PolicySource policy(Section root, PolicyFiles policyFiles, Map<String, String> tables) {
        files.add(policyFiles.document());
        files.add(policyFiles.marker());
        if (Files.exists(policyFiles.marker())) {
            root.problem(
                    "policy_file",
                    "is being replaced by another version; if nobody does that (" + policyFiles.marker()
                            + "), repeat the rollback");
        }
        return new PolicySource(
                policyFiles.document().toString(),
                fileText(policyFiles.document(), root, "policy_file"),
                tables,
                List.of(),
                policyFiles);
    }

    private Map<String, String> tableDocuments(Section root, Path folder) {
        files.add(folder);
        var tables = new LinkedHashMap<String, String>();
        try {
            PolicyFiles.documents(folder).forEach((name, document) -> {
                files.add(document);
                tables.put(name, fileText(document, root, "tables_dir"));
            });
        } catch (IOException e) {
            root.problem("tables_dir", folder + (Files.exists(folder) ? " cannot be read: " + e : " does not exist"));
        }
        return tables;
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

    /** The mapping's own text at the line and column where it stands, so that places in it are places in the file. */
    private String excerpt(YamlNode.Mapping mapping) {
        int start = text.offsetByCodePoints(0, mapping.startIndex());
        int end = text.offsetByCodePoints(0, mapping.endIndex());
        return "\n".repeat(mapping.line() - 1) + " ".repeat(mapping.column() - 1) + text.substring(start, end);
    }

    private UserStore users(Section root) {
        var usersFile = path(root, "users_file");
        if (usersFile == null) {
            return UserStore.EMPTY;
        }
        files.add(usersFile);
        refuseReadableByOthers(usersFile, root, "users_file");
        int faults = problems.size();
        var document = fileText(usersFile, root, "users_file");
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

    private void name(Section section, String name, int maxLength) {
        var fault = Names.fault(name, maxLength);
        if (fault != null) {
            section.problem(fault);
        }
    }

    private Path path(Section section, String key) {
        var found = section.text(key, null);
        if (found == null) {
            return null;
        }
        if (found.equals("~") || found.startsWith("~/")) {
            return Path.of(System.getProperty("user.home")).resolve(found.length() > 2 ? found.substring(2) : "");
        }
        return file.toAbsolutePath().resolveSibling(found).normalize();
    }

    private String fileText(Path path, Section section, String key) {
        if (section == null) {
            files.add(path);
        }
        try {
            return Files.readString(path);
        } catch (IOException e) {
            var reason = Files.exists(path) ? "cannot be read: " + e : "does not exist";
            if (section == null) {
                problems.add(new Problem(path.toString(), 0, 0, "", reason));
            } else {
                section.problem(key, path + " " + reason);
            }
            return "";
        }
    }

    private static void refuseReadableByOthers(Path path, Section section, String key) {
        if (FilePermissions.readableByOthers(path)) {
            section.problem(key, path + " may be read by every user of this machine; chmod o-rwx it");
        }
    }

    private static <T> T checked(Section section, Supplier<T> make, T otherwise) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            section.problem(e.getMessage());
            return otherwise;
        }
    }
}
