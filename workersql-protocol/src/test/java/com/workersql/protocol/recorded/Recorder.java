// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.recorded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Relays one connection between a client and a server on loopback, and writes down what both say.
 *
 * <pre>{@code
 * java -cp workersql-protocol/target/test-classes com.workersql.protocol.recorded.Recorder PORT SERVER_PORT FILE "# what it is"
 * }</pre>
 *
 * <p>Listens on PORT until one client has come and gone. The README of the module says which clients were recorded, and how.
 */
final class Recorder {
    private final Path file;

    private Recorder(Path file) {
        this.file = file;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Recorder recorder = new Recorder(Path.of(args[2]));
        Files.writeString(recorder.file, args[3] + "\n");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]), 1, loopback);
                Socket client = listener.accept();
                Socket server = new Socket(loopback, Integer.parseInt(args[1]))) {
            Thread replies = new Thread(() -> recorder.relay(false, server, client));
            replies.start();
            recorder.relay(true, client, server);
            replies.join();
        }
    }

    private void relay(boolean fromClient, Socket from, Socket to) {
        byte[] bytes = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                write(fromClient, bytes, length);
                out.write(bytes, 0, length);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void write(boolean fromClient, byte[] bytes, int length) throws IOException {
        Files.writeString(file, Dialogue.print(fromClient, bytes, length), StandardOpenOption.APPEND);
    }
}
