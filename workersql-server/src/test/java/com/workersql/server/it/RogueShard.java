// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a server and is it, until a statement with the word ROGUE comes: then it asks for a file. */
final class RogueShard implements AutoCloseable {
    static final String MARK = "ROGUE";

    private final ServerSocket listener;
    private final int port;
    private final String file;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    RogueShard(int serverPort, String fileName) throws IOException {
        port = serverPort;
        file = fileName;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** What came behind the request for the file. */
    String heard() {
        return String.join("", heard);
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "rogue-shard");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                var client = listener.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.addAll(List.of(client, server));
                daemon(() -> pass(client, server, true));
                daemon(() -> pass(server, client, false));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pass(Socket from, Socket to, boolean commands) {
        boolean asked = false;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                var text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                if (asked) {
                    heard.add(text);
                } else if (commands && text.contains(MARK)) {
                    asked = true;
                    from.getOutputStream().write(request());
                } else {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // One of the two has gone.
        }
    }

    private byte[] request() {
        var packet = new byte[5 + file.length()];
        packet[0] = (byte) (1 + file.length());
        packet[3] = 1;
        packet[4] = (byte) 0xFB;
        System.arraycopy(file.getBytes(StandardCharsets.US_ASCII), 0, packet, 5, file.length());
        return packet;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (var socket : sockets) {
            socket.close();
        }
    }
}
