// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The server program and the scripts that come with it.
 *
 * @param server the program
 * @param share the directory of its SQL scripts and messages; null for MySQL, which needs none
 * @param isMariaDb whether it is MariaDB; otherwise it is MySQL
 */
record DatabasePrograms(Path server, Path share, boolean isMariaDb) {

    /** The names of the server program, the preferred one first. */
    static final List<String> NAMES = List.of("mariadbd", "mysqld", "mariadbd.exe", "mysqld.exe");

    private static final List<String> SYSTEM_TABLES = List.of("mariadb_system_tables.sql", "mysql_system_tables.sql");
    private static final List<String> PERFORMANCE_TABLES =
            List.of("mariadb_performance_tables.sql", "mysql_performance_tables.sql");

    /** The programs of an installation, from the path of its server program. */
    static DatabasePrograms of(Path server) {
        if (!Files.isExecutable(server)) {
            throw new EmbeddedException(server + " is not a program that can be run");
        }
        var program = realPath(server);
        var base = program.getParent().getParent();
        if (base == null) {
            throw new EmbeddedException(server + " does not lie in the bin directory of an installation");
        }
        return Stream.of("share", "share/mariadb", "share/mysql")
                .map(base::resolve)
                .filter(directory -> SYSTEM_TABLES.stream().anyMatch(name -> Files.exists(directory.resolve(name))))
                .findFirst()
                .map(share -> new DatabasePrograms(program, share, true))
                .orElseGet(() -> new DatabasePrograms(program, null, false));
    }

    /** The scripts that make the system tables, in order. */
    List<Path> systemScripts() {
        return List.of(script(SYSTEM_TABLES), script(PERFORMANCE_TABLES));
    }

    private Path script(List<String> names) {
        return names.stream()
                .map(share::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new EmbeddedException("none of " + names + " is in " + share));
    }

    private static Path realPath(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new EmbeddedException(path + " cannot be followed: " + e, e);
        }
    }
}
