// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;

/** Says its script, however little the client has said, and then the endless part as long as somebody listens. */
final class FakeServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Thread thread;

    FakeServer(Script script) throws IOException {
        this(script, new byte[0]);
    }

    FakeServer(Script script, byte[] endless) throws IOException {
        thread = new Thread(() -> run(script, endless), "fake server: " + script);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void run(Script script, byte[] endless) {
        try (Socket client = socket.accept()) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write(script.greeting().toArray());
            if (readPacket(client)) {
                client.getOutputStream().write(script.login().toArray());
            }
            if (readPacket(client)) {
                client.getOutputStream().write(script.reply().toArray());
                while (endless.length > 0) {
                    client.getOutputStream().write(endless);
                }
            }
            // What is behind the end of the script: an end of the stream, not a reset.
            client.shutdownOutput();
            while (client.getInputStream().read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (SocketException e) {
            // The client has left, as it may.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean readPacket(Socket client) throws IOException {
        byte[] header = client.getInputStream().readNBytes(4);
        if (header.length < 4) {
            return false;
        }
        int length = (header[0] & 0xFF) | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
        return client.getInputStream().readNBytes(length).length == length;
    }

    @Override
    public void close() throws Exception {
        socket.close();
        thread.join(TimeUnit.SECONDS.toMillis(15));
    }
}
