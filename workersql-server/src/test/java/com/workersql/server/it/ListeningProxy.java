// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between the gateway and a shard, keeps what the gateway writes, write by write, and passes on something else where it is told to. */
final class ListeningProxy implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Write> writes = new CopyOnWriteArrayList<>();
    private volatile Misquotation misquotation;

    /** What came at once. */
    private record Write(Socket link, String bytes) {}

    private record Misquotation(String said, String passedOn) {}

    ListeningProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Has the shard hear something else of the same length, once. */
    void misquoteOnce(String said, String passedOn) {
        misquotation = new Misquotation(said, passedOn);
    }

    /** Whether what was to be passed on otherwise is still to come. */
    boolean isWaiting() {
        return misquotation != null;
    }

    /** All that was written since the last time, on the connection that this text was written on; each byte is a character. */
    List<String> writesBeside(String text) {
        var links = writes.stream()
                .filter(write -> write.bytes().contains(text))
                .map(Write::link)
                .distinct()
                .toList();
        return writes.stream()
                .filter(write -> links.contains(write.link()))
                .map(Write::bytes)
                .toList();
    }

    void forget() {
        writes.clear();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var gateway = server.accept();
                var shard = new Socket(InetAddress.getLoopbackAddress(), target);
                gateway.setTcpNoDelay(true);
                shard.setTcpNoDelay(true);
                sockets.add(gateway);
                sockets.add(shard);
                thread(() -> pass(gateway, shard, true));
                thread(() -> pass(shard, gateway, false));
            } catch (IOException e) {
                // The proxy is closed, or a side has gone.
            }
        }
    }

    private void pass(Socket from, Socket to, boolean listens) {
        var bytes = new byte[CHUNK_BYTES];
        try {
            for (int length = from.getInputStream().read(bytes);
                    length >= 0;
                    length = from.getInputStream().read(bytes)) {
                to.getOutputStream().write(listens ? heard(from, bytes, length) : bytes, 0, length);
            }
        } catch (IOException e) {
            // One side is gone, and now the other.
        } finally {
            close(from);
            close(to);
        }
    }

    private byte[] heard(Socket link, byte[] bytes, int length) {
        var text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        writes.add(new Write(link, text));
        var change = misquotation;
        if (change != null && text.contains(change.said())) {
            misquotation = null;
            return text.replace(change.said(), change.passedOn()).getBytes(StandardCharsets.ISO_8859_1);
        }
        return bytes;
    }

    private static void thread(Runnable work) {
        var thread = new Thread(work, "listening-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // There is nothing more to do with it.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(ListeningProxy::close);
    }
}
