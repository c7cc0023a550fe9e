// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.Command;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Stands between the gateway and a shard and has one kind of what the gateway does for its sessions never happen: in its place the shard
 * gets a command of the same length that changes nothing, and its answer looks the same.
 */
final class ForgetfulProxy implements AutoCloseable {
    private static final Pattern APPLIED_VARIABLES =
            Pattern.compile("SET SESSION (?!session_track|TRANSACTION)[a-z_]+ = (?!CONCAT).*");

    /** What is forgotten. */
    enum Step {
        /** COM_RESET_CONNECTION between two sessions. */
        RESET,
        /** The setup statement behind it. */
        SETUP,
        /** The system variables of a session on a connection that does not have them. */
        VARIABLES,
        /** Its user variables. */
        USER_VARIABLES,
        /** The key that it has generated. */
        GENERATED_KEY,
        /** What its queries have found. */
        FOUND_ROWS;

        boolean is(byte[] payload, boolean isFirstSetup) {
            if (this == RESET) {
                return payload[0] == Command.COM_RESET_CONNECTION;
            }
            if (payload[0] != Command.COM_QUERY) {
                return false;
            }
            String sql = new String(payload, 1, payload.length - 1, StandardCharsets.ISO_8859_1);
            return switch (this) {
                case RESET -> false;
                case SETUP -> !isFirstSetup && isSetup(sql);
                case VARIABLES -> APPLIED_VARIABLES.matcher(sql).matches();
                case USER_VARIABLES -> sql.startsWith("SET @`");
                case GENERATED_KEY -> sql.startsWith("SET last_insert_id = ");
                case FOUND_ROWS ->
                    sql.startsWith("SELECT SQL_CALC_FOUND_ROWS 1 FROM (SELECT 0 AS n")
                            || sql.equals("SELECT 1 FROM (SELECT 1 AS x) AS t LIMIT 0");
            };
        }
    }

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Step forgotten;

    ForgetfulProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    private static boolean isSetup(String sql) {
        return sql.startsWith("SET SESSION session_track_system_variables");
    }

    int port() {
        return server.getLocalPort();
    }

    /** Forgets a step from now on; null for nothing. */
    void forget(Step step) {
        forgotten = step;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                var shard = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                shard.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(shard);
                thread(() -> commands(client, shard));
                thread(() -> replies(shard, client));
            } catch (IOException e) {
                // The proxy is closed, or a side has gone.
            }
        }
    }

    private void commands(Socket client, Socket shard) {
        boolean wasSetUp = false;
        try (var in = new DataInputStream(client.getInputStream())) {
            while (true) {
                byte[] header = in.readNBytes(4);
                if (header.length < 4) {
                    return;
                }
                int length = (header[0] & 0xFF) | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
                byte[] packet = Arrays.copyOf(header, 4 + length);
                in.readFully(packet, 4, length);
                var step = forgotten;
                byte[] payload = Arrays.copyOfRange(packet, 4, packet.length);
                if (step != null && header[3] == 0 && length > 0 && step.is(payload, !wasSetUp)) {
                    replace(packet);
                }
                wasSetUp |= length > 0
                        && payload[0] == Command.COM_QUERY
                        && isSetup(new String(payload, 1, length - 1, StandardCharsets.ISO_8859_1));
                shard.getOutputStream().write(packet);
            }
        } catch (IOException e) {
            // One side is gone, and now the other.
        } finally {
            close(client, shard);
        }
    }

    private static void replace(byte[] packet) {
        if (packet[4] == Command.COM_RESET_CONNECTION) {
            packet[4] = Command.COM_PING;
            return;
        }
        Arrays.fill(packet, 5, packet.length, (byte) ' ');
        byte[] instead = "DO 1".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(instead, 0, packet, 5, instead.length);
    }

    private void replies(Socket shard, Socket client) {
        var bytes = new byte[16 * 1024];
        try (var in = shard.getInputStream()) {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                client.getOutputStream().write(bytes, 0, length);
            }
        } catch (IOException e) {
            // One side is gone, and now the other.
        } finally {
            close(client, shard);
        }
    }

    private void close(Socket... both) {
        for (var socket : both) {
            sockets.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                // It is closed.
            }
        }
    }

    private static void thread(Runnable work) {
        var thread = new Thread(work, "forgetful-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var socket : sockets) {
            socket.close();
        }
    }
}
