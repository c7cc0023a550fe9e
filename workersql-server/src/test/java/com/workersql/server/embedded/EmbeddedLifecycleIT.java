// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.workersql.server.config.EmbeddedConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How embedded shards begin and end. */
final class EmbeddedLifecycleIT {
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
    void closingEndsTheServers() {
        start();
        var first = ShardFixture.process(shards, "shard_0");
        var second = ShardFixture.process(shards, "shard_1");

        shards.close();

        assertThat(first.isAlive()).isFalse();
        assertThat(second.isAlive()).isFalse();
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
            // Stopped first, so that no shell goes on when the program dies that it waits for, and ends its server.
            all.forEach(descendant -> ShardFixture.signal("STOP", descendant.pid()));
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
