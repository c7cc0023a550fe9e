// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import com.workersql.protocol.Command;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Stands between a client and a server and has some of the client's commands never happen: in their place the server gets a command of
 * the same length that changes nothing, and its answer looks the same.
 */
public final class ForgetfulProxy implements AutoCloseable {
    /**
     * A command on its way to the server.
     *
     * @param code which one
     * @param text its bytes behind the code, as Latin 1
     * @param again whether the connection has said the same before
     */
    public record Said(int code, String text, boolean again) {
        /** Whether it is the text of a statement. */
        public boolean isQuery() {
            return code == Command.COM_QUERY;
        }
    }

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Predicate<Said> forgotten = said -> false;

    /** Listens on loopback before a server on loopback. */
    public ForgetfulProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    /** Forgets these commands from now on. */
    public void forget(Predicate<Said> commands) {
        forgotten = commands;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                var upstream = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(upstream);
                thread(() -> commands(client, upstream));
                thread(() -> replies(upstream, client));
            } catch (IOException e) {
                // The proxy is closed, or a side has gone.
            }
        }
    }

    private void commands(Socket client, Socket upstream) {
        var earlier = new HashSet<String>();
        try (var in = new DataInputStream(client.getInputStream())) {
            while (true) {
                byte[] header = in.readNBytes(4);
                if (header.length < 4) {
                    return;
                }
                int length = (header[0] & 0xFF) | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
                byte[] packet = Arrays.copyOf(header, 4 + length);
                in.readFully(packet, 4, length);
                if (header[3] == 0 && length > 0) {
                    String text = new String(packet, 5, length - 1, StandardCharsets.ISO_8859_1);
                    if (forgotten.test(new Said(packet[4], text, !earlier.add(packet[4] + text)))) {
                        replace(packet);
                    }
                }
                upstream.getOutputStream().write(packet);
            }
        } catch (IOException e) {
            // One side is gone, and now the other.
        } finally {
            close(client, upstream);
        }
    }

    private static void replace(byte[] packet) {
        if (packet[4] != Command.COM_QUERY) {
            // Its arguments are ignored.
            packet[4] = Command.COM_PING;
            return;
        }
        Arrays.fill(packet, 5, packet.length, (byte) ' ');
        byte[] instead = "DO 1".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(instead, 0, packet, 5, instead.length);
    }

    private void replies(Socket upstream, Socket client) {
        var bytes = new byte[16 * 1024];
        try (var in = upstream.getInputStream()) {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                client.getOutputStream().write(bytes, 0, length);
            }
        } catch (IOException e) {
            // One side is gone, and now the other.
        } finally {
            close(client, upstream);
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
