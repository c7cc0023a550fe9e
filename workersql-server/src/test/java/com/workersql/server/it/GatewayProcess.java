// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.cli.Main;
import com.workersql.server.config.ClientTls;
import com.workersql.server.embedded.EmbeddedShards;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/** A gateway in a process of its own before embedded shards of this one, to be killed. Always on the same port. */
final class GatewayProcess implements AutoCloseable {
    private static final String PASSWORD = "ledger-password";
    private static final int LOWEST_PORT = 20_000;
    private static final int PORTS = 10_000;
    /** Where a machine does other work, the start may be late; a gateway that has ended is noticed at once. */
    private static final int START_SECONDS = 180;

    private final Path config;
    private final int port;
    private final int httpPort;
    private volatile Process process;

    private final List<String> javaOptions;

    private GatewayProcess(Path config, int port, int httpPort, List<String> javaOptions) {
        this.config = config;
        this.port = port;
        this.httpPort = httpPort;
        this.javaOptions = javaOptions;
    }

    /** Writes its configuration; {@link #start} starts it. */
    static GatewayProcess of(EmbeddedShards shards, Path home) throws IOException {
        return of(shards, home, 100, 10_000, null, List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
    }

    /** As {@link #of(EmbeddedShards, Path)}, with so many connections to each shard and so many clients; with TLS unless null. */
    static GatewayProcess of(
            EmbeddedShards shards, Path home, int connections, int clients, ClientTls tls, List<String> javaOptions)
            throws IOException {
        int port = freePort();
        int httpPort = freePort();
        var yaml = new StringBuilder("listen:\n  mysql: { port: " + port + " }\n  http: { port: " + httpPort
                + " }\nusers_file: users.yaml\n");
        if (tls != null) {
            yaml.append("tls: { certificate: '").append(tls.certificate());
            yaml.append("', key: '").append(tls.key()).append("' }\n");
        }
        yaml.append("limits: { max_connections: ").append(clients).append(" }\n");
        yaml.append("shards:\n");
        for (var shard : shards.shards()) {
            yaml.append("  ")
                    .append(shard.name())
                    .append(":\n    endpoints: [ { host: 127.0.0.1, port: ")
                    .append(shard.port());
            yaml.append(" } ]\n    max_connections: ")
                    .append(connections)
                    .append("\n    account: { user: ")
                    .append(shard.gateway().user())
                    .append(", password: '");
            yaml.append(shard.gateway().secret().text()).append("' }\n");
        }
        yaml.append("tenants:\n");
        var users = new StringBuilder("users:\n");
        var homes = new StringBuilder();
        for (var tenant : shards.tenants()) {
            var account = tenant.account();
            yaml.append("  ")
                    .append(tenant.name())
                    .append(": { user: ")
                    .append(account.user())
                    .append(", password: '");
            yaml.append(account.secret().text())
                    .append("', database: ")
                    .append(account.database())
                    .append(" }\n");
            users.append("  ").append(tenant.name()).append(": { password: '");
            users.append(
                    PasswordVerifier.hashCachingSha2(PASSWORD.getBytes(StandardCharsets.US_ASCII), new SecureRandom()));
            users.append("', tenant: ")
                    .append(tenant.name())
                    .append(", limits: { max_connections: ")
                    .append(clients)
                    .append(" } }\n");
            homes.append(homes.isEmpty() ? "" : ", ")
                    .append(tenant.name())
                    .append(": ")
                    .append(tenant.shard());
        }
        yaml.append("policy:\n  version: 1\n  shards: [shard_0, shard_1]\n  tenants: { ")
                .append(homes)
                .append(" }\n");
        write(home.resolve("users.yaml"), users);
        return new GatewayProcess(write(home.resolve("gateway.yaml"), yaml), port, httpPort, javaOptions);
    }

    /** One that no outgoing connection takes while the gateway is down: those have the higher ones. */
    private static int freePort() throws IOException {
        var random = new SecureRandom();
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = LOWEST_PORT + random.nextInt(PORTS);
            try (var free = new ServerSocket(port)) {
                return free.getLocalPort();
            } catch (java.net.BindException e) {
                // Somebody else has it.
            }
        }
        throw new IOException("no free port from " + LOWEST_PORT + " on");
    }

    private static Path write(Path file, CharSequence text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    /** Starts it and waits until it serves. */
    void start() throws IOException {
        launch();
        await();
    }

    /** Starts it. */
    void launch() throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(javaOptions);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), Main.class.getName(), "--config", config.toString()));
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(config.resolveSibling("gateway.log").toFile())
                .start();
    }

    /** Waits until it serves. */
    void await() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try (var connection = connect("acme")) {
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException(
                            "the gateway did not start: " + Files.readString(config.resolveSibling("gateway.log")), e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    /** Where HTTP clients connect. */
    int httpPort() {
        return httpPort;
    }

    /** By what a tenant's HTTP clients prove themselves. */
    static String authorization(String tenant) {
        return "Basic "
                + Base64.getEncoder().encodeToString((tenant + ":" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
    }

    /** As a crash does. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** The bytes of all objects that are alive. */
    long liveBytes() throws IOException {
        var histogram = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        try (var lines = histogram.inputReader()) {
            // "Total", instances, bytes.
            return lines.lines()
                    .filter(line -> line.startsWith("Total"))
                    .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", -1)[2]))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What the kernel counts as the process's memory. */
    long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    RawClient client(String tenant, long capabilities) throws IOException {
        return RawClient.connect(port, tenant, PASSWORD, tenant, capabilities);
    }

    RawClient client(String tenant, long capabilities, SSLContext tls) throws IOException {
        return RawClient.connect(port, tenant, PASSWORD, tenant, capabilities, tls);
    }

    Connection connect(String tenant) throws SQLException {
        return Driver.MYSQL_TEXT.connect(port, tenant, PASSWORD, tenant);
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
