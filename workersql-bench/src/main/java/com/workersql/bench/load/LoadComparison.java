// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Drives the same load through each proxy in turn and tells the processor time that each used per query, which says more than
 * queries per second where load, proxy and server share a machine. The server is the gateway's own embedded shard; everything
 * listens on loopback and is gone at the end.
 *
 * <p>System properties: {@code load.seconds} per run (default 4, at most 15), {@code load.rounds} (default 6; the least processor time
 * of a proxy's rounds counts, since disturbances only add), {@code load.warmup} seconds before, in each form (default 14, at most 15:
 * what is compiled meanwhile would count otherwise), {@code load.threads} (default 8), and those of {@link LoadedGateway}.
 */
final class LoadComparison {
    private static final int MAX_SECONDS = 15;

    private final int seconds = Math.min(MAX_SECONDS, Integer.getInteger("load.seconds", 4));
    private final int warmupSeconds = Math.min(MAX_SECONDS, Integer.getInteger("load.warmup", 14));
    private final int rounds = Integer.getInteger("load.rounds", 6);
    private final int threads = Integer.getInteger("load.threads", 8);
    private final LoadGenerator load = Sysbench.isInstalled() ? new Sysbench() : new JdbcLoad();

    private LoadComparison() {}

    public static void main(String... arguments) throws Exception {
        new LoadComparison().run();
    }

    private void run() throws IOException, InterruptedException, SQLException {
        var directory = Files.createTempDirectory("workersql-load-");
        var started = new ArrayList<Proxy>();
        try {
            var gateway = LoadedGateway.start(directory);
            started.add(gateway.mysql());
            int shardPort = gateway.shardPort();
            var account = gateway.account();

            var proxies = new ArrayList<Proxy>();
            proxies.add(gateway.direct());
            int relayPort = LoadedGateway.freePort();
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
            proxies.add(gateway.mysql());

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
            LoadedGateway.delete(directory);
        }
    }

    private Map<String, Figures> measure(List<Proxy> proxies, boolean prepared)
            throws IOException, InterruptedException, SQLException {
        var best = new LinkedHashMap<String, Figures>();
        for (int round = 0; round < rounds; round++) {
            for (var proxy : proxies) {
                var figures = Figures.of(load, proxy, prepared, threads, seconds);
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

    private Proxy haproxy(Path directory, Proxy.Login account, int shardPort) throws InterruptedException {
        try {
            int port = LoadedGateway.freePort();
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
        var command = new ArrayList<String>(List.of(LoadedGateway.javaProgram()));
        // As the gateway does by itself.
        command.add("-Dio.netty.leakDetection.level=disabled");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        for (int number : numbers) {
            command.add(Integer.toString(number));
        }
        return command;
    }
}
