// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.config.GatewayConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds while embedded shards run. They are started once for all tests here. */
final class EmbeddedShardsIT {
    @TempDir
    static Path dir;

    private static EmbeddedConfig config;
    private static EmbeddedShards shards;

    @BeforeAll
    static void start() {
        config = ShardFixture.config(dir.resolve("data")).withTenants(List.of("a_c", "abc"));
        shards = EmbeddedShards.start(config, ShardListener.NONE);
    }

    @AfterAll
    static void stop() {
        shards.close();
    }

    @Test
    void everyShardHasItsOwnServerIdAndAFullChangeLog() throws SQLException {
        assertThat(shards.shards()).extracting(EmbeddedShard::name).containsExactly("shard_0", "shard_1");
        for (var shard : shards.shards()) {
            try (var connection = ShardFixture.admin(shard)) {
                assertThat(text(
                                connection,
                                "SELECT @@log_bin, @@binlog_format, @@binlog_row_image, @@binlog_row_metadata"))
                        .isEqualTo("1 ROW FULL FULL");
                assertThat(text(connection, "SELECT @@server_id"))
                        .isEqualTo(shard.name().equals("shard_0") ? "1" : "2");
                assertThat(text(connection, "SELECT @@have_ssl, @@bind_address"))
                        .isEqualTo("DISABLED 127.0.0.1");
            }
        }
    }

    @Test
    void aTenantReachesItsOwnDatabaseAndNoOther() throws SQLException {
        var tenant = shards.tenants().get(0);

        try (var connection = ShardFixture.tenant(shards.shards().get(0), tenant)) {
            run(connection, "CREATE TABLE t (id INT PRIMARY KEY)");
            run(connection, "INSERT INTO t VALUES (1)");

            assertThat(text(connection, "SELECT id FROM a_c.t")).isEqualTo("1");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> run(connection, "CREATE TABLE abc.t (id INT)"))
                    .matches(e -> e.getErrorCode() == 1142 || e.getErrorCode() == 1044);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> text(connection, "SELECT user FROM mysql.global_priv"))
                    .matches(e -> e.getErrorCode() == 1142 || e.getErrorCode() == 1044);
        }
    }

    @Test
    void nobodyGetsInWithoutAPassword() {
        var port = shards.shards().get(0).port();

        for (var user : List.of("root", "abc", "workersql_admin", "mariadb.sys", "")) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                                    "jdbc:mariadb://127.0.0.1:" + port + "/?sslMode=disable", user, "")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("ccess denied");
        }
    }

    @Test
    void onlyTheOwnerMayReadTheCredentials() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shards.credentialsFile())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config.dataDir())))
                .isEqualTo("rwx------");
        assertThat(config.dataDir().resolve("shard_0/accounts.sql")).doesNotExist();
    }

    @Test
    void theGatewayIsToldShardsTenantsPolicyAndUsers() {
        var applied = shards.applyTo(GatewayConfig.builder().embedded(config).build());

        assertThat(applied.shards())
                .extracting(shard -> shard.primary().port())
                .containsExactlyElementsOf(
                        shards.shards().stream().map(EmbeddedShard::port).toList());
        assertThat(applied.tenants().get("abc").database()).isEqualTo("abc");
        assertThat(applied.users().find("a_c").tenant()).isEqualTo("a_c");
        assertThat(applied.policy().parse().placement("abc").shard()).isEqualTo("shard_1");
        assertThat(applied.embedded()).as("what another one is compared with").isEqualTo(config);
    }

    @Test
    void aSecondGatewayIsToldWhoHoldsTheDirectory() {
        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> EmbeddedShards.start(config, ShardListener.NONE))
                .withMessageContaining("is in use by another gateway (process "
                        + ProcessHandle.current().pid() + ")")
                .withMessageContaining("--data-dir");
    }

    @Test
    void aPortInUseIsNamed() {
        var taken = shards.shards().get(0).port();
        var other = new EmbeddedConfig(1, dir.resolve("other"), List.of("acme"), config.server(), taken);

        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> EmbeddedShards.start(other, ShardListener.NONE))
                .withMessageContaining("at start on port " + taken)
                .withMessageContaining("ddress already in use");
    }

    @Test
    void aKilledShardComesBackOnItsPortWithItsData() throws SQLException {
        var shard = shards.shards().get(0);
        try (var connection = ShardFixture.tenant(shard, shards.tenants().get(0))) {
            run(connection, "CREATE TABLE kept (id INT PRIMARY KEY)");
            run(connection, "INSERT INTO kept VALUES (7)");
        }

        ShardFixture.kill(shards, "shard_0");
        ShardFixture.restart(shards, "shard_0");

        try (var connection = ShardFixture.tenant(shard, shards.tenants().get(0))) {
            assertThat(text(connection, "SELECT id FROM kept")).isEqualTo("7");
        }
    }
}
