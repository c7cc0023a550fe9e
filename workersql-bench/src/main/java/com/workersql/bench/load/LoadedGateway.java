// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The gateway in a process of its own, before one embedded shard, with all of it in one directory. System properties:
 * {@code load.gateway}, the gateway's jar, {@code load.gateway.options}, what its JVM gets.
 *
 * @param mysql its MySQL door, and the process
 * @param httpPort where its HTTP door is
 * @param shardPort where its shard is
 * @param account by which the gateway is on the shard
 */
record LoadedGateway(Proxy mysql, int httpPort, int shardPort, Proxy.Login account) implements AutoCloseable {
    private static final Pattern PASSWORD = Pattern.compile("(?m)^    password: (\\S+)");
    private static final Pattern ACCOUNT_PASSWORD = Pattern.compile("(?m)^    account_password: (\\S+)");

    static LoadedGateway start(Path directory) throws IOException, InterruptedException {
        int mysqlPort = freePort();
        int httpPort = freePort();
        int shardPort = freePort();
        var config = directory.resolve("gateway.yaml");
        Files.writeString(config, """
                listen: { mysql: { host: 127.0.0.1, port: %d }, http: { host: 127.0.0.1, port: %d } }
                embedded: { shards: 1, data_dir: %s, tenants: [bench], first_port: %d }
                logging: { level: warn }
                """.formatted(mysqlPort, httpPort, directory.resolve("data"), shardPort));
        var command = new ArrayList<String>();
        command.add(javaProgram());
        var options = System.getProperty("load.gateway.options", "");
        if (!options.isBlank()) {
            command.addAll(List.of(options.trim().split("\\s+", -1)));
        }
        var jar = System.getProperty("load.gateway", "workersql-server/target/workersql-server.jar");
        command.addAll(List.of("-jar", jar, "--config", config.toString()));
        var started = Proxy.start("this gateway", mysqlPort, null, directory.resolve("gateway.log"), command);
        try {
            var credentials = Files.readString(directory.resolve("data/credentials.yaml"));
            var client = new Proxy.Login("bench", first(PASSWORD, credentials), "bench");
            var account = new Proxy.Login("bench", first(ACCOUNT_PASSWORD, credentials), "bench");
            return new LoadedGateway(
                    new Proxy(started.name(), mysqlPort, client, started.process()), httpPort, shardPort, account);
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /** Past it, to its shard. */
    Proxy direct() {
        return Proxy.none(shardPort, account);
    }

    static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin/java").toString();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String first(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("the gateway's credentials have no " + pattern);
        }
        return found.group(1);
    }

    /** Removes a directory with all that is in it. */
    static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void close() {
        mysql.close();
    }
}
