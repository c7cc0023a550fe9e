// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.embedded.ShardFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Two tenants in one table: each hears of its own rows only, whoever changes them and however they change hands. */
class SharedTableChangesIT {
    private static final ShardAccount SHARED = new ShardAccount("sharer", Secret.of("sharers-password"), "shared");

    private static GatewayConfig sharing(GatewayConfig config) {
        String policy = """
                version: 1
                shards: [shard_0, shard_1]
                defaults: { tenant_column: tenant_id }
                tenants:
                  acme: { shard: shard_0, isolation: row, database: shared }
                  globex: { shard: shard_0, isolation: row, database: shared }
                """;
        return ChangesIT.following(config).toBuilder()
                .tenants(Map.of("acme", SHARED, "globex", SHARED))
                .policy(new PolicySource("test", policy))
                .build();
    }

    @Test
    void hearsOfItsOwnRowsAlone() throws Exception {
        assumeThat(Fleet.isMySql()).isFalse();
        long seed = Long.getLong("workersql.seed", 20261127L);
        var random = new Random(seed);
        try (var fleet = Fleet.start(SharedTableChangesIT::sharing);
                var admin = ShardFixture.admin(fleet.embedded().shards().get(0))) {
            for (String sql : List.of(
                    "CREATE DATABASE shared",
                    "CREATE TABLE shared.notes (id INT NOT NULL PRIMARY KEY, mark VARCHAR(20), tenant_id VARCHAR(20) NOT NULL)",
                    "CREATE USER 'sharer'@'%' IDENTIFIED BY 'sharers-password'",
                    "GRANT ALL PRIVILEGES ON shared.* TO 'sharer'@'%'")) {
                ShardFixture.run(admin, sql);
            }
            try (var acme = new Http(fleet, "acme").connect();
                    var globex = new Http(fleet, "globex").connect()) {
                for (var socket : List.of(acme, globex)) {
                    assertThat(socket.call("{\"type\":\"subscribe\",\"id\":1,\"table\":\"notes\"}"))
                            .containsEntry("type", "response");
                }
                for (int i = 0; i < 300; i++) {
                    ShardFixture.run(admin, statement(random));
                }
                ShardFixture.run(
                        admin, "INSERT INTO shared.notes VALUES (9998, 'end', 'acme'), (9999, 'end', 'globex')");
                for (var tenant : Map.of("acme", acme, "globex", globex).entrySet()) {
                    assertThat(follow(tenant.getValue(), tenant.getKey()))
                            .as("seed %d", seed)
                            .hasToString(ShardFixture.text(
                                    admin,
                                    "SELECT CONCAT('{', GROUP_CONCAT(id, '=', mark ORDER BY id SEPARATOR ', '), '}')"
                                            + " FROM shared.notes WHERE tenant_id = '" + tenant.getKey() + "'"));
                }
            }
        }
    }

    private static String statement(Random random) {
        int id = random.nextInt(40);
        String tenant = random.nextBoolean() ? "acme" : "globex";
        return switch (random.nextInt(4)) {
            case 0 ->
                "REPLACE INTO shared.notes VALUES (" + id + ", 'm" + random.nextInt(1000) + "', '" + tenant + "')";
            case 1 -> "UPDATE shared.notes SET mark = 'u" + random.nextInt(1000) + "' WHERE id < " + id;
            case 2 -> "UPDATE shared.notes SET tenant_id = '" + tenant + "' WHERE id = " + id;
            default -> "DELETE FROM shared.notes WHERE id = " + id + " AND tenant_id = '" + tenant + "'";
        };
    }

    /** Applies the changes up to the last one; what is not the tenant's, and what does not fit what it has, fails. */
    private static Map<Integer, String> follow(Http.Socket socket, String tenant) throws InterruptedException {
        var rows = new TreeMap<Integer, String>();
        var sequence = new ArrayList<Object>();
        while (!rows.containsValue("end")) {
            var message = socket.next();
            if ("position".equals(message.get("type"))) {
                continue;
            }
            sequence.add(message.get("seq"));
            assertThat(message).containsEntry("seq", sequence.size());
            var data = Http.data(message);
            var before = image(data, "before", tenant);
            var after = image(data, "after", tenant);
            if (before != null) {
                assertThat(rows.remove((Integer) before.get("id"))).isEqualTo(before.get("mark"));
            }
            if (after != null) {
                assertThat(rows.put((Integer) after.get("id"), (String) after.get("mark")))
                        .isNull();
            }
        }
        return rows;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> image(Map<String, Object> data, String name, String tenant) {
        var image = (Map<String, Object>) data.get(name);
        if (image != null) {
            assertThat(image).containsEntry("tenant_id", tenant);
        }
        return image;
    }
}
