// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.config.OwnerOnlyFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One server process with its data directory. On Unix a small shell stands between: it holds the end of a pipe from this
 * process, so that it ends the server when this process is gone, whatever ended it. Methods are called by one thread at a time.
 */
final class ShardServer {
    private static final int READY_TIMEOUT_MILLIS = 60_000;
    private static final int POLL_MILLIS = 5;
    private static final int GREETING_TIMEOUT_MILLIS = 2_000;
    private static final int STOP_TIMEOUT_MILLIS = 20_000;
    private static final int PORT_ATTEMPTS = 5;
    private static final int LOG_TAIL_LINES = 8;
    private static final long MAX_LOG_BYTES = 16 << 20;
    private static final int PROTOCOL_VERSION = 10;

    /**
     * Ends the server when standard input ends, the harder way after 10 s, and reports its pid first. INT and HUP of a terminal
     * are for the gateway, which then closes the pipe. The watcher runs beside, because the shell has to wait for the server.
     */
    private static final String SUPERVISOR = """
            trap '' INT HUP
            exec 3<&0
            "$@" </dev/null >>"$SHARD_LOG" 2>&1 3<&- &
            server=$!
            echo "$server"
            exec >/dev/null
            (
              cat <&3
              kill -TERM "$server"
              tries=0
              while kill -0 "$server" && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
              kill -KILL "$server"
            ) 2>/dev/null &
            watcher=$!
            exec 3<&-
            wait "$server"
            code=$?
            kill "$watcher" 2>/dev/null
            exit "$code"
            """;

    private final String name;
    private final int number;
    private final Path directory;
    private final DatabasePrograms programs;
    private final ShardListener listener;

    private Process process;
    private volatile boolean stopping;
    private long serverPid;
    /** Kept over a restart, so that those who know the shard find it again; 0 until it has been chosen. */
    private int settledPort;

    private int port;

    ShardServer(int number, Path directory, DatabasePrograms programs, int configuredPort, ShardListener listener) {
        this.name = EmbeddedConfig.shardName(number);
        this.number = number;
        this.directory = directory;
        this.programs = programs;
        this.settledPort = configuredPort;
        this.listener = listener;
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    long serverPid() {
        return serverPid;
    }

    /**
     * Makes the data directory if there is none, starts the server and waits until it greets.
     *
     * @param accountStatements one statement a line; run at every start, before the first connection is taken
     */
    void start(String accountStatements) {
        long began = System.nanoTime();
        stopping = false;
        try {
            endLeftover();
            Files.createDirectories(temporaryDirectory());
            setAsideWhenLarge(log(), MAX_LOG_BYTES);
            if (!Files.isDirectory(dataDirectory())) {
                listener.creating(name);
                create();
            }
            var accounts = directory.resolve("accounts.sql");
            OwnerOnlyFiles.write(accounts, accountStatements);
            try {
                launchOnAFreePort(accounts);
            } finally {
                Files.deleteIfExists(accounts);
            }
            listener.ready(name, port, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        } catch (IOException e) {
            throw new EmbeddedException(name + " cannot be started: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("starting " + name + " was interrupted", e);
        }
    }

    /** Ends the server and waits for its end; does nothing when it has not been started. */
    void stop() {
        if (process == null) {
            return;
        }
        stopping = true;
        try {
            if (Platform.isWindows()) {
                process.destroy();
            } else {
                process.getOutputStream().close();
            }
            if (!process.waitFor(STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                ProcessHandle.of(serverPid).ifPresent(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path dataDirectory() {
        return directory.resolve("data");
    }

    private Path temporaryDirectory() {
        return directory.resolve("tmp");
    }

    private Path log() {
        return directory.resolve("server.log");
    }

    private void create() throws IOException, InterruptedException {
        int code = new Bootstrap(programs, temporaryDirectory(), log()).make(dataDirectory());
        if (code != 0) {
            throw new EmbeddedException(
                    "making the data directory of " + name + " failed with exit code " + code + logTail());
        }
    }

    private void launchOnAFreePort(Path accounts) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            port = settledPort == 0 ? freePort() : settledPort;
            Files.deleteIfExists(boundFile());
            launch(accounts);
            if (awaitGreeting()) {
                settledPort = port;
                var unused = process.onExit().thenAccept(ended -> {
                    if (!stopping) {
                        listener.died(name, ended.exitValue());
                    }
                });
                return;
            }
            // Between choosing a free port and taking it somebody else may have taken it.
            if (settledPort != 0 || attempt == PORT_ATTEMPTS || !logTail().contains("ddress already in use")) {
                throw new EmbeddedException(name + " ended with exit code " + process.exitValue() + " at start on port "
                        + port + logTail());
            }
        }
    }

    private void launch(Path accounts) throws IOException {
        var command = new ArrayList<String>();
        if (!Platform.isWindows()) {
            command.addAll(List.of("/bin/sh", "-c", SUPERVISOR, "shard-supervisor"));
        }
        command.add(programs.server().toString());
        command.add("--no-defaults");
        command.add("--datadir=" + dataDirectory());
        command.addAll(ServerOptions.common(programs, temporaryDirectory()));
        command.addAll(ServerOptions.running(programs, number + 1, port, accounts, boundFile()));
        var builder = new ProcessBuilder(command);
        if (Platform.isWindows()) {
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            process = builder.start();
            serverPid = process.pid();
        } else {
            builder.environment().put("SHARD_LOG", log().toString());
            process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
            var line = reader.readLine();
            serverPid = line == null ? process.pid() : Long.parseLong(line);
        }
        Files.writeString(pidFile(), Long.toString(serverPid));
    }

    /**
     * Waits until the server greets; false when it has ended instead. Its own pid file comes once it has the port: without looking
     * for that, a greeting could be another server's.
     */
    private boolean awaitGreeting() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_TIMEOUT_MILLIS);
        while (!Files.exists(boundFile()) || !greets()) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
            if (System.nanoTime() > deadline) {
                stop();
                throw new EmbeddedException(
                        name + " did not take connections within " + READY_TIMEOUT_MILLIS + " ms" + logTail());
            }
        }
        return true;
    }

    /** Whether the server sends the first packet of the protocol: length, sequence 0, protocol version. */
    private boolean greets() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), GREETING_TIMEOUT_MILLIS);
            socket.setSoTimeout(GREETING_TIMEOUT_MILLIS);
            var header = socket.getInputStream().readNBytes(5);
            return header.length == 5 && header[3] == 0 && header[4] == PROTOCOL_VERSION;
        } catch (IOException e) {
            return false;
        }
    }

    /** Written by the server when it has taken its port. */
    private Path boundFile() {
        return directory.resolve("bound.pid");
    }

    /** Written by us as soon as the server's process is there. */
    private Path pidFile() {
        return directory.resolve("server.pid");
    }

    /** Ends a server that an earlier gateway left, known by its pid and by this data directory on its command line. */
    private void endLeftover() throws IOException, InterruptedException {
        if (!Files.exists(pidFile())) {
            return;
        }
        var text = Files.readString(pidFile()).strip();
        if (!text.matches("[0-9]{1,18}")) {
            return;
        }
        var leftover = ProcessHandle.of(Long.parseLong(text)).filter(this::servesThisDirectory);
        if (leftover.isPresent()) {
            leftover.get().destroy();
            awaitEnd(leftover.get());
        }
    }

    /** Java itself looks only a few times a second, and ever less often, whether a process has ended that is not its child. */
    private void awaitEnd(ProcessHandle handle) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MILLIS);
        var ended = handle.onExit();
        while (handle.isAlive()) {
            try {
                ended.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    handle.destroyForcibly();
                    deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MILLIS);
                }
            }
        }
    }

    private boolean servesThisDirectory(ProcessHandle handle) {
        var arguments = handle.info().arguments().orElse(new String[0]);
        return List.of(arguments).contains("--datadir=" + dataDirectory());
    }

    private String logTail() {
        try {
            var lines =
                    Files.readString(log(), StandardCharsets.ISO_8859_1).lines().toList();
            var tail = lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size());
            return "; the end of " + log() + ":\n  " + String.join("\n  ", tail);
        } catch (IOException e) {
            return "; its log " + log() + " cannot be read";
        }
    }

    /** Begins a new log when the old one has grown large; one old log is kept. */
    static void setAsideWhenLarge(Path log, long maxBytes) throws IOException {
        if (Files.exists(log) && Files.size(log) > maxBytes) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
