// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stands between the gateway and a shard, keeps what the gateway writes, write by write, and passes on something else where it is told to. */
final class ListeningProxy implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Write> writes = new CopyOnWriteArrayList<>();
    private volatile Misquotation misquotation;
    private volatile Keeping keeping;

    /** What came at once. */
    private record Write(Socket link, String bytes) {}

    private record Misquotation(String said, String passedOn) {}

    private record Keeping(String said, CountDownLatch met, CountDownLatch over) {}

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

    /** Keeps from the shard each write with this text, and what comes behind it on its connection, until {@link #letGo}. */
    void keepBack(String said) {
        keeping = new Keeping(said, new CountDownLatch(1), new CountDownLatch(1));
    }

    /** Waits until something is kept back. */
    void awaitKept() throws InterruptedException {
        assertThat(keeping.met().await(30, TimeUnit.SECONDS)).as("it came").isTrue();
    }

    /** Passes on what was kept back. */
    void letGo() {
        var over = keeping;
        keeping = null;
        if (over != null) {
            over.over().countDown();
        }
    }

    /** Whether a text was written since the last time. */
    boolean hasHeard(String text) {
        return writes.stream().anyMatch(write -> write.bytes().contains(text));
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

    private byte[] heard(Socket link, byte[] bytes, int length) throws IOException {
        var text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        writes.add(new Write(link, text));
        var kept = keeping;
        if (kept != null && text.contains(kept.said())) {
            kept.met().countDown();
            await(kept.over());
        }
        var change = misquotation;
        if (change != null && text.contains(change.said())) {
            misquotation = null;
            return text.replace(change.said(), change.passedOn()).getBytes(StandardCharsets.ISO_8859_1);
        }
        return bytes;
    }

    private static void await(CountDownLatch over) throws IOException {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a write was kept back");
        }
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
        letGo();
        server.close();
        sockets.forEach(ListeningProxy::close);
    }
}
