// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.config.OwnerOnlyFiles;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlReader;
import com.workersql.server.users.RandomPassword;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The passwords of all accounts and the home of each tenant. Made at random once and kept in a file that only its owner may read:
 * the data would be out of reach without them, and a tenant that changed its home would find itself empty.
 */
final class Credentials {
    /** The account that may do everything on a shard. */
    static final String ADMIN_USER = "workersql_admin";

    /** The account of the gateway's own checks. */
    static final String GATEWAY_USER = "workersql_gateway";

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Tenant> tenants = new LinkedHashMap<>();
    private String adminPassword;
    private String gatewayPassword;

    private record Tenant(String shard, String password, String passwordHash, String accountPassword) {}

    private Credentials() {}

    /** Reads the file, adds what is missing for this configuration, and writes the file if anything was. */
    static Credentials load(Path file, EmbeddedConfig config) {
        try {
            var credentials = new Credentials();
            if (Files.exists(file)) {
                credentials.read(file);
            }
            if (credentials.complete(config)) {
                credentials.write(file);
            }
            credentials.checkHomes(config, file);
            return credentials;
        } catch (IOException e) {
            throw new EmbeddedException("the credentials file " + file + " cannot be used: " + e, e);
        } catch (DocumentException e) {
            throw new EmbeddedException("the credentials file cannot be used: " + e.getMessage(), e);
        }
    }

    /** Reads the file as it is. */
    static Credentials read(Path file, String otherwise) {
        try {
            if (!Files.exists(file)) {
                throw new EmbeddedException(otherwise);
            }
            var credentials = new Credentials();
            credentials.read(file);
            return credentials;
        } catch (IOException | DocumentException e) {
            throw new EmbeddedException("the credentials file " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** The names of all tenants that there ever were. */
    List<String> names() {
        return List.copyOf(tenants.keySet());
    }

    ShardAccount admin() {
        return new ShardAccount(ADMIN_USER, Secret.of(adminPassword), null);
    }

    ShardAccount gateway() {
        return new ShardAccount(GATEWAY_USER, Secret.of(gatewayPassword), null);
    }

    /** The tenants of the configuration, in its order. */
    List<EmbeddedTenant> tenants(EmbeddedConfig config) {
        return tenants(config.tenants());
    }

    /** These tenants. */
    List<EmbeddedTenant> tenants(List<String> names) {
        return names.stream()
                .map(name -> {
                    var tenant = tenants.get(name);
                    var account = new ShardAccount(name, Secret.of(tenant.accountPassword()), name);
                    return new EmbeddedTenant(
                            name, tenant.shard(), account, Secret.of(tenant.password()), tenant.passwordHash());
                })
                .toList();
    }

    private boolean complete(EmbeddedConfig config) {
        boolean changed = adminPassword == null || gatewayPassword == null;
        adminPassword = adminPassword == null ? RandomPassword.next(random) : adminPassword;
        gatewayPassword = gatewayPassword == null ? RandomPassword.next(random) : gatewayPassword;
        for (var name : config.tenants()) {
            if (!tenants.containsKey(name)) {
                var password = RandomPassword.next(random);
                var home = EmbeddedConfig.shardName(tenants.size() % config.shards());
                var hash = PasswordVerifier.hashCachingSha2(password.getBytes(StandardCharsets.UTF_8), random);
                tenants.put(name, new Tenant(home, password, hash, RandomPassword.next(random)));
                changed = true;
            }
        }
        return changed;
    }

    private void checkHomes(EmbeddedConfig config, Path file) {
        for (var name : config.tenants()) {
            var home = tenants.get(name).shard();
            int number = Integer.parseInt(home.substring(home.indexOf('_') + 1));
            if (number >= config.shards()) {
                throw new EmbeddedException(
                        "tenant " + name + " lives on " + home + " (" + file + "), but there are only "
                                + config.shards() + " shards; start at least " + (number + 1) + " (--shards)");
            }
        }
    }

    private void read(Path file) throws IOException {
        var problems = new ArrayList<Problem>();
        var root = Section.root(file.toString(), YamlReader.read(file.toString(), Files.readString(file)), problems);
        var shards = root.section("shards");
        adminPassword = shards.requiredText(ADMIN_USER);
        gatewayPassword = shards.requiredText(GATEWAY_USER);
        shards.end();
        root.namedSections("tenants").forEach((name, section) -> {
            var tenant = new Tenant(
                    section.requiredText("shard"),
                    section.requiredText("password"),
                    section.requiredText("password_hash"),
                    section.requiredText("account_password"));
            if (!tenant.shard().matches("shard_[0-9]{1,4}")) {
                section.problem("shard", "is not the name of an embedded shard");
            }
            section.end();
            tenants.put(name, tenant);
        });
        root.end();
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
    }

    private void write(Path file) throws IOException {
        var text = new StringBuilder();
        text.append(
                "# Made by the gateway for its embedded shards. Keep it with the data: without it the data is out of reach.\n");
        text.append("# tenants: the gateway user of the same name logs in with `password`.\n");
        text.append("shards:\n");
        text.append("  ").append(ADMIN_USER).append(": ").append(adminPassword).append('\n');
        text.append("  ")
                .append(GATEWAY_USER)
                .append(": ")
                .append(gatewayPassword)
                .append('\n');
        text.append(tenants.isEmpty() ? "" : "tenants:\n");
        tenants.forEach((name, tenant) -> text.append("  \"")
                .append(name)
                .append("\":\n    shard: ")
                .append(tenant.shard())
                .append("\n    password: ")
                .append(tenant.password())
                .append("\n    password_hash: '")
                .append(tenant.passwordHash().replace("'", "''"))
                .append("'\n    account_password: ")
                .append(tenant.accountPassword())
                .append('\n'));
        OwnerOnlyFiles.write(file, text.toString());
    }
}
