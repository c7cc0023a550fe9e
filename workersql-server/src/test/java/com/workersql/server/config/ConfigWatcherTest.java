// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigWatcherTest {
    private static final String ANN = "users:\n  ann: { password: '*" + "0".repeat(40) + "' }\n";
    private static final String BEA = "users:\n  bea: { password: '*" + "1".repeat(40) + "' }\n";

    @TempDir
    Path dir;

    private final List<GatewayConfig> published = new ArrayList<>();
    private ConfigWatcher watcher;
    private int writes;

    @BeforeEach
    void watch() throws IOException {
        write("users.yaml", ANN);
        write("gateway.yaml", "users_file: users.yaml\n");
        var file = dir.resolve("gateway.yaml");
        watcher = new ConfigWatcher(file, name -> null, ConfigLoader.load(file, name -> null), published::add, null);
    }

    @Test
    void publishesNothingWhileNothingChanges() {
        watcher.look();
        watcher.look();

        assertThat(published).isEmpty();
    }

    @Test
    void publishesAChangeOfTheUsersFile() throws IOException {
        write("users.yaml", BEA);

        watcher.look();

        assertThat(published)
                .singleElement()
                .satisfies(config -> assertThat(config.users().find("bea")).isNotNull());
    }

    @Test
    void keepsWhatItHasWhileAFileIsInvalidAndTakesItsRepair() throws IOException {
        watcher.look();
        write("users.yaml", "users: [");
        watcher.look();
        assertThat(published).isEmpty();

        write("users.yaml", BEA);
        watcher.look();

        assertThat(published).hasSize(1);
    }

    @Test
    void followsAFileThatIsReplacedByAnother() throws IOException {
        watcher.look();
        write("gateway.yaml.new", "users_file: users.yaml\ndrain_millis: 7\n");
        Files.move(dir.resolve("gateway.yaml.new"), dir.resolve("gateway.yaml"), StandardCopyOption.REPLACE_EXISTING);

        watcher.look();

        assertThat(published)
                .singleElement()
                .satisfies(config -> assertThat(config.drainMillis()).isEqualTo(7));
    }

    @Test
    void watchesAPolicyFileThatIsNamedLater() throws IOException {
        write("policy.yaml", "version: 1\nshards: [shard_0, shard_1]\n");
        write("gateway.yaml", "users_file: users.yaml\npolicy_file: policy.yaml\n");
        watcher.look();
        watcher.look();
        write("policy.yaml", "version: 1\nshards: [shard_1, shard_0]\n");

        watcher.look();

        assertThat(published).hasSize(2);
        assertThat(published.get(1).policy().parse().shards()).containsExactly("shard_1", "shard_0");
    }

    @Test
    void publishesOnceThoughTwoFilesChange() throws IOException {
        write("users.yaml", BEA);
        write("gateway.yaml", "users_file: users.yaml\ndrain_millis: 7\n");

        watcher.look();
        watcher.look();

        assertThat(published).hasSize(1);
    }

    @Test
    void takesTheRepairOfAFileThatOnlyARefusedConfigurationNames() throws IOException {
        write("others.yaml", "users: [");
        write("gateway.yaml", "users_file: others.yaml\n");
        watcher.look();
        assertThat(published).isEmpty();

        write("others.yaml", BEA);
        watcher.look();

        assertThat(published).hasSize(1);
    }

    @Test
    void takesAFileThatOthersMayReadNoMore() throws IOException {
        write("users.yaml", BEA);
        Files.setPosixFilePermissions(dir.resolve("users.yaml"), PosixFilePermissions.fromString("rw-r--r--"));
        watcher.look();
        assertThat(published).isEmpty();

        Files.setPosixFilePermissions(dir.resolve("users.yaml"), PosixFilePermissions.fromString("rw-------"));
        watcher.look();

        assertThat(published).hasSize(1);
    }

    @Test
    void publishesARenewedCertificateOnceBothOfItsFilesAreThere() throws IOException {
        copy("gateway.pem", "server.pem");
        copy("gateway.key", "server.key");
        write("gateway.yaml", "users_file: users.yaml\ntls: { certificate: server.pem, key: server.key }\n");
        watcher.look();
        watcher.look();
        assertThat(published).hasSize(1);

        copy("renewed.pem", "server.pem");
        watcher.look();
        assertThat(published).as("with the key of the former").hasSize(1);

        copy("renewed.key", "server.key");
        watcher.look();
        watcher.look();
        assertThat(published).hasSize(2);
    }

    private void copy(String from, String to) throws IOException {
        write(to, Files.readString(Path.of("src/test/resources/com/workersql/server/config", from)));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
        Files.setPosixFilePermissions(dir.resolve(name), PosixFilePermissions.fromString("rw-------"));
        // The file system's own clock may stand still from one write to the next.
        Files.setLastModifiedTime(dir.resolve(name), FileTime.fromMillis(++writes));
    }
}
