// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.HttpSettings;
import com.workersql.server.http.WebSettings;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.Permission;
import com.workersql.server.users.UserStore;
import com.workersql.server.ws.WebSocketSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {
    private static final Path EXAMPLES = Path.of("src/main/examples");

    @TempDir
    Path dir;

    @Test
    void anEmptyFileIsTheDefault() throws IOException {
        assertThat(load("# nothing\n")).isEqualTo(GatewayConfig.defaults());
        assertThat(load("")).isEqualTo(GatewayConfig.defaults());
    }

    @Test
    void theFileOfAllSettingsIsTheDefaultAndNamesEachSettingWithItsRange() throws IOException {
        var text = Files.readString(EXAMPLES.resolve("all-settings.yaml"));

        assertThat(load(text)).isEqualTo(GatewayConfig.defaults());
        for (var type : List.of(
                Limits.class,
                PoolConfig.class,
                BreakerConfig.class,
                GatewayConfig.class,
                Compression.class,
                HttpSettings.class,
                SessionSettings.class,
                PeersConfig.class,
                WebSocketSettings.class,
                WebSettings.class,
                StatementsConfig.class,
                ReplicasConfig.class,
                CacheConfig.class,
                AuthConfig.class,
                ChangesConfig.class,
                EmbeddedConfig.class,
                ShardConfig.class)) {
            for (var setting : settings(type)) {
                // The one number that is needed and has no default stands there as an example.
                var byDefault = setting.equals(ChangesConfig.FIRST_SERVER_ID) ? 900_000 : setting.byDefault();
                assertThat(text)
                        .containsPattern("(?m)^#? *" + setting.key() + ": " + byDefault + " +# .*" + setting.max());
            }
        }
    }

    @Test
    void whatTheFileOfAllSettingsHasInCommentsCanBeUsedToo() throws IOException {
        for (var each : Map.of("gateway.pem", "server.pem", "gateway.key", "server.key", "rsa.pem", "ca.pem")
                .entrySet()) {
            Files.copy(
                    Path.of("src/test/resources/com/workersql/server/config", each.getKey()),
                    dir.resolve(each.getValue()));
        }
        Files.writeString(dir.resolve("acme.secret"), "a");
        Files.writeString(dir.resolve("api-keys.yaml"), "api_keys: {}\n");
        Files.copy(EXAMPLES.resolve("users.yaml"), dir.resolve("users.yaml"));
        for (var secret : List.of("server.key", "acme.secret", "api-keys.yaml", "users.yaml")) {
            restrict(dir.resolve(secret));
        }
        var document = new StringBuilder();
        var sections = Set.of("tls", "shards", "tenants", "tenants_file", "admin", "users_file", "auth", "changes");
        boolean isIn = false;
        for (var line : Files.readAllLines(EXAMPLES.resolve("all-settings.yaml"))) {
            var text = line.startsWith("# ") ? line.substring(2) : "";
            isIn = text.startsWith(" ") ? isIn : sections.contains(text.replaceFirst(":.*", ""));
            document.append(isIn ? text + "\n" : "");
        }

        var config = load(document.toString(), name -> "value of " + name);

        assertThat(config.tls().required()).isFalse();
        assertThat(config.shards()).singleElement().satisfies(shard -> {
            assertThat(shard.maxConnections()).isEqualTo(100);
            assertThat(shard.weight()).isEqualTo(80);
            assertThat(shard.wire()).isEqualTo(ShardWire.PLAIN);
            assertThat(shard.tls().mode()).isEqualTo(ShardTls.Mode.OFF);
            assertThat(shard.admin().secret().text()).isEqualTo("value of ADMIN_PASSWORD");
        });
        assertThat(config.tenants()).containsOnlyKeys("NAME");
        assertThat(config.tenantsFile()).isEqualTo(dir.resolve("tenants.yaml"));
        assertThat(config.adminToken().text()).isEqualTo("value of ADMIN_TOKEN");
        assertThat(config.auth().jwt().leewaySeconds()).isEqualTo(30);
        assertThat(config.auth().jwt().refreshSeconds()).isEqualTo(300);
        assertThat(config.changes())
                .usingRecursiveComparison()
                .ignoringFields("account")
                .isEqualTo(ChangesConfig.of(Map.of(ChangesConfig.FIRST_SERVER_ID, 900_000L)));
    }

    @Test
    void readsTheDocumentsOfTablesAndWatchesTheirFolder() throws IOException {
        var tables = Files.createDirectory(dir.resolve("tables"));
        var orders = Files.writeString(tables.resolve("orders.yaml"), "routing: { strategy: table_hash }\n");
        Files.writeString(tables.resolve("README.md"), "no table\n");
        var policy = Files.writeString(dir.resolve("policy.yaml"), "version: 1\nshards: [shard_0, shard_1]\n");
        var file = Files.writeString(dir.resolve("gateway.yaml"), "policy_file: policy.yaml\ntables_dir: tables\n");

        var loaded = ConfigLoader.load(file, name -> null);

        assertThat(loaded.config().policy().parse().tables()).containsOnlyKeys("orders");
        assertThat(loaded.files()).contains(policy, tables, orders);

        var marker = Files.writeString(dir.resolve("policy.yaml.incomplete"), "");
        assertThatThrownBy(() -> ConfigLoader.load(file, name -> null)).hasMessageContaining("repeat the rollback");
        Files.delete(marker);
        Files.writeString(orders, "routing: { strategy: none }\n");
        assertThatThrownBy(() -> ConfigLoader.load(file, name -> null)).hasMessageContaining("orders.yaml");
    }

    @Test
    void theDefaultListensOnLoopbackWithTwoEmbeddedShards() {
        var config = GatewayConfig.defaults();

        assertThat(config.mysql()).hasToString("127.0.0.1:3307");
        assertThat(config.http()).hasToString("127.0.0.1:8080");
        assertThat(config.embedded().shards()).isEqualTo(2);
        assertThat(config.embedded().tenants()).containsExactly("acme", "globex");
    }

    @Test
    void readsTheExampleOfTwoShards() throws IOException {
        var environment = Map.of("SHARD_PASSWORD", "s", "ACME_PASSWORD", "a", "GLOBEX_PASSWORD", "g");

        var loaded = ConfigLoader.load(example("two-shards.yaml"), environment::get);

        var config = loaded.config();
        assertThat(config.embedded()).isNull();
        assertThat(config.shards()).extracting(ShardConfig::name).containsExactly("shard_0", "shard_1");
        assertThat(config.shards().get(1).primary())
                .isEqualTo(new ShardEndpoint("db1.example.com", 3306, Role.PRIMARY));
        assertThat(config.shards().get(0).tls().mode()).isEqualTo(ShardTls.Mode.VERIFY_IDENTITY);
        assertThat(config.tenants().get("acme")).isEqualTo(new ShardAccount("acme", Secret.of("a"), "acme"));
        assertThat(config.users().find("acme").tenant()).isEqualTo("acme");
        assertThat(config.users().find("acme").verifier().matches("change-me-acme".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        assertThat(config.users().find("acme").maxConnections()).isEqualTo(200);
        assertThat(config.users().find("globex").permissions())
                .containsExactlyInAnyOrder(Permission.READ, Permission.WRITE, Permission.DDL);
        assertThat(config.logging().format()).isEqualTo(LoggingConfig.Format.JSON);
        assertThat(loaded.files()).containsExactly(dir.resolve("two-shards.yaml"), dir.resolve("users.yaml"));
    }

    @Test
    void aPolicyInsideTheFileKeepsItsLinesAndColumns() throws IOException {
        var environment = Map.of("SHARD_PASSWORD", "s", "ACME_PASSWORD", "a", "GLOBEX_PASSWORD", "g");
        var file = example("two-shards.yaml");

        var policy = ConfigLoader.load(file, environment::get).config().policy();

        var lines = Files.readAllLines(file);
        int first = lines.indexOf("policy:") + 1;
        assertThat(policy.origin()).isEqualTo(file.toString());
        assertThat(policy.text().lines().toList().get(first)).isEqualTo(lines.get(first));
        assertThat(policy.text()).contains("globex: shard_1").doesNotContain("users_file");
        assertThat(policy.text().lines().limit(first)).allMatch(String::isBlank);
    }

    @Test
    void readsTheExampleOfAPlainProxy() throws IOException {
        var config = ConfigLoader.load(example("plain-proxy.yaml"), Map.of("DB_PASSWORD", "p")::get)
                .config();

        var shard = config.shards().get(0);
        assertThat(shard.account()).isEqualTo(new ShardAccount("app", Secret.of("p"), "app"));
        assertThat(shard.maxConnections()).isEqualTo(100);
        assertThat(shard.tls()).isEqualTo(ShardTls.NONE);
        assertThat(config.users().find("app").tenant()).isNull();
    }

    @Test
    void onlyAServerOfThisMachineIsAskedForItsKeyUnlessTold() throws IOException {
        var local = ShardConfig.of("a", "127.0.0.1", 3306, new ShardAccount("u", Secret.of("p"), null));
        var remote = ShardConfig.of("a", "192.0.2.1", 3306, new ShardAccount("u", Secret.of("p"), null));

        assertThat(local.allowsPublicKeyRetrieval(local.primary())).isTrue();
        assertThat(remote.allowsPublicKeyRetrieval(remote.primary())).isFalse();
    }

    @Test
    void readsAPasswordFromAFileWithoutItsNewline() throws IOException {
        var secret = dir.resolve("secret.txt");
        Files.writeString(secret, "pa ss\n");
        restrict(secret);

        var config = load("tenants: { a: { user: u, password_file: secret.txt } }\n");

        assertThat(config.tenants().get("a").secret().text()).isEqualTo("pa ss");
    }

    @Test
    void readsHowClientsOverHttpProveThemselves() throws IOException {
        var keys = dir.resolve("keys.yaml");
        Files.writeString(
                keys,
                "api_keys:\n  job:\n    sha256: " + "ab".repeat(32)
                        + "\n    tenant: acme\n    permissions: [read, write]\n    expires: 2027-01-31T00:00:00Z\n");
        restrict(keys);

        var config = load("""
                http:
                  origins: [https://app.example.com]
                  max_body_bytes: 2048
                  websocket: { max_running: 7 }
                peers: { number: 3, addresses: { 4: "http://10.0.0.4:8080" }, key: %s }
                auth:
                  jwt: { secret: %s, issuer: me, audience: you, leeway_seconds: 5 }
                  api_keys_file: keys.yaml
                """.formatted("k".repeat(32), "s".repeat(32)));

        assertThat(config.web().http().maxBodyBytes()).isEqualTo(2048);
        assertThat(config.peers().addresses()).isEqualTo(Map.of(4, URI.create("http://10.0.0.4:8080")));
        assertThat(config.peers().number()).isEqualTo(3);
        assertThat(config.web().webSocket().maxRunning()).isEqualTo(7);
        assertThat(config.web().webSocket().allowedOrigins()).containsExactly("https://app.example.com");
        assertThat(config.auth().jwt().issuer()).isEqualTo("me");
        assertThat(config.auth().apiKeys())
                .containsExactly(new ApiKey(
                        "job",
                        "ab".repeat(32),
                        "acme",
                        Set.of(Permission.READ, Permission.WRITE),
                        Instant.parse("2027-01-31T00:00:00Z")));
        assertThat(config.toString())
                .doesNotContain("kkkk")
                .doesNotContain("ssss")
                .doesNotContain("abab");
    }

    @Test
    void neverShowsASecret() throws IOException {
        var config = load("tenants: { a: { user: u, password: hunter2 } }\n");

        assertThat(config.toString()).doesNotContain("hunter2").contains("***");
    }

    @Test
    void takesNamesAsTheyAreWritten() throws IOException {
        assertThat(load("tenants: { no: { user: 007, password: 1.0 } }\n")
                        .tenants()
                        .get("no"))
                .isEqualTo(new ShardAccount("007", Secret.of("1.0"), null));
    }

    @Test
    void listensElsewhereWithUsersOnly() {
        var everywhere = new ListenAddress("0.0.0.0", 3307);
        var users = UserStore.of(List.of(GatewayUser.of("ann", "*" + "0".repeat(40), "acme")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> GatewayConfig.builder().mysql(everywhere).build())
                .withMessageContaining("needs users_file");
        assertThat(GatewayConfig.builder()
                        .mysql(everywhere)
                        .users(users)
                        .build()
                        .mysql())
                .isEqualTo(everywhere);
    }

    @Test
    void aSettingOutOfItsRangeIsRefusedInCodeToo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.of(Map.of(Limits.MAX_PACKET_BYTES, 1L)))
                .withMessage("max_packet_bytes is 1; allowed are 1024 to 1073741824");
    }

    private static List<Setting> settings(Class<?> type) {
        return Stream.of(type.getFields())
                .filter(field -> field.getType() == Setting.class)
                .map(field -> {
                    try {
                        return (Setting) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private GatewayConfig load(String document) throws IOException {
        return load(document, name -> null);
    }

    private GatewayConfig load(String document, UnaryOperator<String> environment) throws IOException {
        var file = dir.resolve("gateway.yaml");
        Files.writeString(file, document);
        restrict(file);
        return ConfigLoader.load(file, environment).config();
    }

    private Path example(String name) throws IOException {
        for (var each : List.of(name, "users.yaml")) {
            Files.copy(EXAMPLES.resolve(each), dir.resolve(each));
            restrict(dir.resolve(each));
        }
        return dir.resolve(name);
    }

    private static void restrict(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aShardsConnectionsFollowTheServersSettingAndTheWeight() throws Exception {
        example("two-shards.yaml");
        var config = load("""
                shards:
                  a: { endpoints: [{ host: 127.0.0.1 }], account: { user: u, password: p }, max_connections: auto, weight: 50 }
                  b: { endpoints: [{ host: 127.0.0.1 }], account: { user: u, password: p }, max_connections: 7 }
                pool: { tenant_weights: { acme: 3 } }
                users_file: users.yaml
                """);

        assertThat(config.shards().get(0).connectionsOf(151)).isEqualTo(75);
        assertThat(config.shards().get(0).connectionsOf(1)).isEqualTo(1);
        assertThat(config.shards().get(0).connectionsOf(0)).as("not known yet").isEqualTo(100);
        assertThat(config.shards().get(1).connectionsOf(151)).isEqualTo(7);
        assertThat(config.pool().weightOf("acme")).isEqualTo(3);
        assertThat(config.pool().weightOf("globex")).isEqualTo(1);
    }
}
