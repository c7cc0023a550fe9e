// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Drives the same load through each proxy in turn and tells the processor time that each used per query, which says more than
 * queries per second where load, proxy and server share a machine. The server is the gateway's own embedded shard; everything
 * listens on loopback and is gone at the end.
 *
 * <p>System properties: {@code load.seconds} per run (default 4, at most 15), {@code load.rounds} (default 6; the least processor time
 * of a proxy's rounds counts, since disturbances only add), {@code load.warmup} seconds before, in each form (default 14, at most 15:
 * what is compiled meanwhile would count otherwise), {@code load.threads} (default 8), {@code load.gateway}, the gateway's jar,
 * {@code load.gateway.options}, what its JVM gets.
 */
final class LoadComparison {
    private static final int MAX_SECONDS = 15;
    private static final double MICROS_PER_TICK = 10_000;
    private static final Pattern PASSWORD = Pattern.compile("(?m)^    password: (\\S+)");
    private static final Pattern ACCOUNT_PASSWORD = Pattern.compile("(?m)^    account_password: (\\S+)");

    private final int seconds = Math.min(MAX_SECONDS, Integer.getInteger("load.seconds", 4));
    private final int warmupSeconds = Math.min(MAX_SECONDS, Integer.getInteger("load.warmup", 14));
    private final int rounds = Integer.getInteger("load.rounds", 6);
    private final int threads = Integer.getInteger("load.threads", 8);
    private final Path gatewayJar =
            Path.of(System.getProperty("load.gateway", "workersql-server/target/workersql-server.jar"));
    private final LoadGenerator load = Sysbench.isInstalled() ? new Sysbench() : new JdbcLoad();

    /**
     * What one proxy did.
     *
     * @param queriesPerSecond of the round with the least processor time
     * @param microsPerQuery processor time of the proxy, the least of all rounds
     */
    private record Figures(double queriesPerSecond, double microsPerQuery) {
        Figures better(Figures other) {
            return other == null || microsPerQuery < other.microsPerQuery ? this : other;
        }
    }

    private LoadComparison() {}

    public static void main(String... arguments) throws Exception {
        new LoadComparison().run();
    }

    private void run() throws IOException, InterruptedException, SQLException {
        var directory = Files.createTempDirectory("workersql-load-");
        var started = new ArrayList<Proxy>();
        try {
            int shardPort = freePort();
            int gatewayPort = freePort();
            started.add(gateway(directory, gatewayPort, shardPort));
            String credentials = Files.readString(directory.resolve("data/credentials.yaml"));
            var client = new Proxy.Login("bench", first(PASSWORD, credentials), "bench");
            var account = new Proxy.Login("bench", first(ACCOUNT_PASSWORD, credentials), "bench");
            var gateway = new Proxy(
                    "this gateway", gatewayPort, client, started.get(0).process());

            var proxies = new ArrayList<Proxy>();
            proxies.add(Proxy.none(shardPort, account));
            int relayPort = freePort();
            started.add(Proxy.start(
                    "bare Netty relay",
                    relayPort,
                    account,
                    directory.resolve("relay.log"),
                    java(NettyRelay.class.getName(), relayPort, shardPort)));
            proxies.add(started.get(1));
            var haproxy = haproxy(directory, account, shardPort);
            if (haproxy != null) {
                started.add(haproxy);
                proxies.add(haproxy);
            }
            proxies.add(gateway);

            load.prepare(proxies.get(0));
            System.out.printf(
                    "%s, %d threads, %d rounds of %d s, %d processors, Java %s%n%n",
                    load.name(),
                    threads,
                    rounds,
                    seconds,
                    Runtime.getRuntime().availableProcessors(),
                    System.getProperty("java.version"));
            for (boolean prepared : new boolean[] {false, true, false}) {
                for (var proxy : proxies) {
                    if (proxy.process() != null) {
                        load.run(proxy, prepared, threads, warmupSeconds);
                    }
                }
            }
            print(measure(proxies, false), measure(proxies, true));
        } finally {
            started.forEach(Proxy::close);
            delete(directory);
        }
    }

    private Map<String, Figures> measure(List<Proxy> proxies, boolean prepared)
            throws IOException, InterruptedException, SQLException {
        var best = new LinkedHashMap<String, Figures>();
        for (int round = 0; round < rounds; round++) {
            for (var proxy : proxies) {
                long before = proxy.cpuTicks();
                long begun = System.nanoTime();
                long queries = load.run(proxy, prepared, threads, seconds);
                double elapsed = (System.nanoTime() - begun) / 1e9;
                var figures = new Figures(queries / elapsed, (proxy.cpuTicks() - before) * MICROS_PER_TICK / queries);
                best.merge(proxy.name(), figures, Figures::better);
            }
        }
        return best;
    }

    private static void print(Map<String, Figures> text, Map<String, Figures> prepared) {
        var relayOfText = text.get("bare Netty relay").microsPerQuery();
        var relayOfPrepared = prepared.get("bare Netty relay").microsPerQuery();
        System.out.println("| | text: queries/s | CPU per query | of the relay's | prepared: queries/s | CPU per query"
                + " | of the relay's |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        text.forEach((name, ofText) -> System.out.println(
                "| " + name + " | " + cells(ofText, relayOfText) + cells(prepared.get(name), relayOfPrepared)));
    }

    private static String cells(Figures figures, double relayMicros) {
        return figures.microsPerQuery() == 0
                ? "%,.0f | | | ".formatted(figures.queriesPerSecond())
                : "%,.0f | %.0f µs | %.2f | "
                        .formatted(
                                figures.queriesPerSecond(),
                                figures.microsPerQuery(),
                                figures.microsPerQuery() / relayMicros);
    }

    private Proxy gateway(Path directory, int port, int shardPort) throws IOException, InterruptedException {
        var config = directory.resolve("gateway.yaml");
        Files.writeString(config, """
                listen: { mysql: { host: 127.0.0.1, port: %d }, http: { host: 127.0.0.1, port: 0 } }
                embedded: { shards: 1, data_dir: %s, tenants: [bench], first_port: %d }
                logging: { level: warn }
                """.formatted(port, directory.resolve("data"), shardPort));
        var options = System.getProperty("load.gateway.options", "");
        var command = new ArrayList<String>(
                List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        if (!options.isBlank()) {
            command.addAll(List.of(options.trim().split("\\s+", -1)));
        }
        command.addAll(List.of("-jar", gatewayJar.toString(), "--config", config.toString()));
        return Proxy.start("this gateway", port, null, directory.resolve("gateway.log"), command);
    }

    private Proxy haproxy(Path directory, Proxy.Login account, int shardPort) throws InterruptedException {
        try {
            int port = freePort();
            var config = directory.resolve("haproxy.cfg");
            Files.writeString(config, """
                    defaults
                      mode tcp
                      timeout connect 5s
                      timeout client 60s
                      timeout server 60s
                    listen shard
                      bind 127.0.0.1:%d
                      server shard 127.0.0.1:%d
                    """.formatted(port, shardPort));
            return Proxy.start(
                    "HAProxy, TCP mode",
                    port,
                    account,
                    directory.resolve("haproxy.log"),
                    List.of("haproxy", "-db", "-f", config.toString()));
        } catch (IOException e) {
            System.out.println(
                    "Without HAProxy: " + e.getMessage().lines().findFirst().orElse(""));
            return null;
        }
    }

    private static List<String> java(String mainClass, int... numbers) {
        var command = new ArrayList<String>(
                List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        // As the gateway does by itself.
        command.add("-Dio.netty.leakDetection.level=disabled");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        for (int number : numbers) {
            command.add(Integer.toString(number));
        }
        return command;
    }

    private static String first(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("the gateway's credentials have no " + pattern);
        }
        return found.group(1);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
