// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process between the load and the server; null process: there is none.
 *
 * @param name as the table says it
 * @param port where clients connect, on loopback
 * @param login by what account
 */
record Proxy(String name, int port, Login login, Process process) implements AutoCloseable {
    private static final long START_SECONDS = 60;

    /** An account and its schema. */
    record Login(String user, String password, String schema) {}

    static Proxy none(int serverPort, Login login) {
        return new Proxy("direct", serverPort, login, null);
    }

    /** Starts a process and waits until it accepts connections. */
    static Proxy start(String name, int port, Login login, Path log, List<String> command)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!accepts(port)) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                process.destroy();
                throw new IOException(name + " did not start:\n" + Files.readString(log));
            }
        }
        return new Proxy(name, port, login, process);
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The processor time that the process has used, user and system, in ticks of 10 ms; 0 when there is none. */
    long cpuTicks() throws IOException {
        if (process == null) {
            return 0;
        }
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        // Behind the name, which may contain anything but stands in parentheses.
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
            try {
                if (!process.waitFor(15, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
