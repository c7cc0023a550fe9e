// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.config.GatewayConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedShardsIT {
    @TempDir
    Path dir;

    private EmbeddedConfig config;
    private EmbeddedShards shards;

    @BeforeEach
    void configure() {
        config = ShardFixture.config(dir.resolve("data"));
    }

    @AfterEach
    void stop() {
        if (shards != null) {
            shards.close();
        }
    }

    @Test
    void everyShardHasItsOwnServerIdAndAFullChangeLog() throws SQLException {
        start();

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
        config = config.withTenants(List.of("a_c", "abc"));
        start();
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
        start();
        var port = shards.shards().get(0).port();

        for (var user : List.of("root", "acme", "workersql_admin", "mariadb.sys", "")) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                                    "jdbc:mariadb://127.0.0.1:" + port + "/?sslMode=disable", user, "")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("ccess denied");
        }
    }

    @Test
    void dataAccountsAndHomesOutliveARestart() throws SQLException, IOException {
        start();
        var before = shards.tenants();
        try (var connection = ShardFixture.tenant(shards.shards().get(0), before.get(0))) {
            run(connection, "CREATE TABLE t (id INT PRIMARY KEY)");
            run(connection, "INSERT INTO t VALUES (42)");
        }
        var credentials = Files.readString(shards.credentialsFile());
        shards.close();

        start();

        assertThat(shards.tenants()).isEqualTo(before);
        assertThat(Files.readString(shards.credentialsFile())).isEqualTo(credentials);
        try (var connection =
                ShardFixture.tenant(shards.shards().get(0), shards.tenants().get(0))) {
            assertThat(text(connection, "SELECT id FROM t")).isEqualTo("42");
        }
    }

    @Test
    void aTenantIsAddedAtALaterStart() throws SQLException {
        start();
        shards.close();
        config = config.withTenants(List.of("acme", "globex", "initech"));

        start();

        assertThat(shards.tenants()).extracting(EmbeddedTenant::shard).containsExactly("shard_0", "shard_1", "shard_0");
        try (var connection =
                ShardFixture.tenant(shards.shards().get(0), shards.tenants().get(2))) {
            assertThat(text(connection, "SELECT DATABASE()")).isEqualTo("initech");
        }
    }

    @Test
    void refusesFewerShardsThanTenantsHaveHomes() {
        start();
        shards.close();
        config = config.withShards(1);

        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(this::start)
                .withMessageContaining("tenant globex lives on shard_1")
                .withMessageContaining("start at least 2 (--shards)");
    }

    @Test
    void onlyTheOwnerMayReadTheCredentials() throws IOException {
        start();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shards.credentialsFile())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config.dataDir())))
                .isEqualTo("rwx------");
        assertThat(config.dataDir().resolve("shard_0/accounts.sql")).doesNotExist();
    }

    @Test
    void theGatewayIsToldShardsTenantsPolicyAndUsers() {
        start();

        var applied = shards.applyTo(GatewayConfig.builder().embedded(config).build());

        assertThat(applied.shards())
                .extracting(shard -> shard.primary().port())
                .containsExactlyElementsOf(
                        shards.shards().stream().map(EmbeddedShard::port).toList());
        assertThat(applied.tenants().get("globex").database()).isEqualTo("globex");
        assertThat(applied.users().find("acme").tenant()).isEqualTo("acme");
        assertThat(applied.policy().text()).contains("\"globex\": \"shard_1\"");
    }

    @Test
    void aSecondGatewayIsToldWhoHoldsTheDirectory() {
        start();

        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> EmbeddedShards.start(config, ShardListener.NONE))
                .withMessageContaining("is in use by another gateway (process "
                        + ProcessHandle.current().pid() + ")")
                .withMessageContaining("--data-dir");
    }

    @Test
    void aPortInUseIsNamed() {
        start();
        var taken = shards.shards().get(0).port();
        var other = new EmbeddedConfig(1, dir.resolve("other"), List.of("acme"), config.server(), taken);

        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> EmbeddedShards.start(other, ShardListener.NONE))
                .withMessageContaining("at start on port " + taken)
                .withMessageContaining("ddress already in use");
    }

    @Test
    void closingEndsTheServers() {
        start();
        var first = ShardFixture.process(shards, "shard_0");
        var second = ShardFixture.process(shards, "shard_1");

        shards.close();

        assertThat(first.isAlive()).isFalse();
        assertThat(second.isAlive()).isFalse();
    }

    @Test
    void aKilledShardComesBackOnItsPortWithItsData() throws SQLException {
        start();
        var shard = shards.shards().get(0);
        try (var connection = ShardFixture.tenant(shard, shards.tenants().get(0))) {
            run(connection, "CREATE TABLE t (id INT PRIMARY KEY)");
            run(connection, "INSERT INTO t VALUES (7)");
        }

        ShardFixture.kill(shards, "shard_0");
        ShardFixture.restart(shards, "shard_0");

        try (var connection = ShardFixture.tenant(shard, shards.tenants().get(0))) {
            assertThat(text(connection, "SELECT id FROM t")).isEqualTo("7");
        }
    }

    @Test
    void killingTheGatewayEndsItsServersAndFreesItsDirectory() throws IOException {
        try (var other = OtherGateway.start(config)) {
            var servers = other.serverPids();
            assertThat(servers).hasSize(2).allMatch(pid -> ProcessHandle.of(pid).isPresent());

            other.kill();

            servers.forEach(ShardFixture::await);
            assertThat(servers)
                    .allMatch(pid ->
                            ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        }
        start();
        assertThat(shards.shards()).hasSize(2);
    }

    @Test
    void aLeftoverServerIsEndedByTheNextGateway() throws IOException, SQLException {
        try (var other = OtherGateway.start(config)) {
            var servers = other.serverPids();
            // Without their supervisors nobody ends them when the gateway is gone.
            other.killSupervisors();
            other.kill();
            assertThat(servers).allMatch(pid -> ProcessHandle.of(pid).isPresent());

            start();

            assertThat(servers)
                    .allMatch(pid ->
                            ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        }
        try (var connection =
                ShardFixture.tenant(shards.shards().get(0), shards.tenants().get(0))) {
            assertThat(text(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    private void start() {
        shards = EmbeddedShards.start(config, ShardListener.NONE);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            var text = new StringBuilder();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                text.append(i == 1 ? "" : " ").append(rows.getString(i));
            }
            return text.toString();
        }
    }

    /** Embedded shards in a process of their own. */
    private record OtherGateway(Process process, List<Long> serverPids) implements AutoCloseable {

        static OtherGateway start(EmbeddedConfig config) throws IOException {
            var process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            OtherGatewayMain.class.getName(),
                            config.dataDir().toString(),
                            config.server().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            var pids = reader.readLine();
            assertThat(pids).isNotNull();
            return new OtherGateway(
                    process,
                    List.of(pids.split(" ")).stream().map(Long::valueOf).toList());
        }

        void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }

        /** Ends the shells and what watches in them, but not the servers. */
        void killSupervisors() {
            var all = process.descendants()
                    .filter(descendant -> !serverPids.contains(descendant.pid()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(descendant -> ShardFixture.await(descendant.pid()));
        }

        @Override
        public void close() {
            process.destroyForcibly();
            serverPids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }
}
