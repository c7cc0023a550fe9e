// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between the gateway and a shard and does what networks and sick servers do. Faults of one reply are aimed by a marker in
 * the statement's text, so that health checks and other statements pass untouched.
 */
final class FaultProxy implements AutoCloseable {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int SILENT = Integer.MAX_VALUE;

    /** What happens to all connections. */
    enum Mode {
        /** Bytes pass. */
        PASS,
        /** Connections stay open, and nothing passes any more. */
        BLACKHOLE,
        /** A new connection gets bytes that are no greeting, and the established ones are reset. */
        GARBAGE,
        /** A new connection is told that its host is blocked, in the place of the greeting; established ones go on. */
        BLOCKED,
        /** A new connection is told that there is no place left; established ones go on. */
        FULL
    }

    /** What happens to the reply to a statement that holds the marker, behind so many bytes of it. */
    enum Cut {
        /** Both sides are reset. */
        RESET,
        /** One bit of the next byte is another one. */
        CORRUPT,
        /** Nothing comes any more before {@link FaultProxy#release}. */
        STALL
    }

    private record Renaming(String name, String another) {}

    /** A fault that waits for its statement. */
    record Aim(String marker, Cut cut, int afterBytes) {}

    private final int target;
    private final InetAddress address;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Random random = new Random(42);
    private volatile Mode mode = Mode.PASS;
    private volatile Aim aim;
    private volatile int delayMillis;
    private volatile int bytesPerSecond = SILENT;
    private volatile byte[] markedReply = new byte[0];
    private volatile Renaming renaming;
    private ServerSocket server;
    private Thread accepting;
    private final int port;

    FaultProxy(int target) throws IOException {
        this(target, InetAddress.getLoopbackAddress(), 0);
    }

    /** One at an address and port of the test's own. */
    FaultProxy(int target, InetAddress address, int wanted) throws IOException {
        this.target = target;
        this.address = address;
        this.server = listen(wanted);
        this.port = server.getLocalPort();
    }

    private ServerSocket listen(int wanted) throws IOException {
        var listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(address, wanted));
        accepting = thread("fault-proxy-accept", () -> accept(listening));
        return listening;
    }

    int port() {
        return port;
    }

    void mode(Mode next) {
        mode = next;
        if (next == Mode.GARBAGE) {
            links.forEach(Link::reset);
        }
    }

    /** Everything comes later by this time, in each direction. */
    void delay(int millis) {
        delayMillis = millis;
    }

    /** Replies come no faster than this. */
    void rate(int bytes) {
        bytesPerSecond = bytes;
    }

    /** Aims a fault at the next statement with this marker. */
    void aim(String marker, Cut cut, int afterBytes) {
        aim = new Aim(marker, cut, afterBytes);
    }

    /** Whether the statement that a fault is aimed at has not come yet. */
    boolean isAimed() {
        return aim != null;
    }

    /** The reply to the last statement with the marker, as far as the shard has sent it. */
    byte[] markedReply() {
        return markedReply.clone();
    }

    /** Has the shard call something by another name of the same length, in all that it says; null for its own. */
    void rename(String name, String another) {
        renaming = name == null ? null : new Renaming(name, another);
    }

    /** Lets replies that were stalled come, and what was behind them. */
    void release() throws IOException {
        for (var link : links) {
            link.release();
        }
    }

    /** Refuses new connections and resets the established ones. */
    void closePort() throws IOException {
        closePortToNewOnes();
        links.forEach(Link::reset);
    }

    /** Refuses new connections; established ones go on. */
    void closePortToNewOnes() throws IOException {
        server.close();
        // The port is free only when nobody waits for connections on it any more.
        join(accepting);
    }

    void openPort() throws IOException {
        server = listen(port);
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                var client = listening.accept();
                if (mode == Mode.GARBAGE) {
                    var bytes = new byte[64];
                    random.nextBytes(bytes);
                    client.getOutputStream().write(bytes);
                    client.close();
                } else if (mode == Mode.BLOCKED) {
                    client.getOutputStream()
                            .write(refusal(
                                    1129,
                                    "Host '127.0.0.1' is blocked because of many connection errors;"
                                            + " unblock with 'mysqladmin flush-hosts'"));
                    client.close();
                } else if (mode == Mode.FULL) {
                    client.getOutputStream().write(refusal(1040, "Too many connections"));
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // The port was closed, or the shard is down: the client finds out.
            }
        }
    }

    /** As servers say it in the place of a greeting: an ERR without a SQLSTATE. */
    private static byte[] refusal(int errno, String message) {
        var text = message.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(7 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(3 + text.length)
                .put((byte) 0xFF)
                .putShort((short) errno)
                .put(text)
                .array();
    }

    private void connect(Socket client) throws IOException {
        try {
            new Link(client, new Socket(InetAddress.getLoopbackAddress(), target)).start();
        } catch (IOException e) {
            client.setSoLinger(true, 0);
            client.close();
        }
    }

    private static Thread thread(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) throws InterruptedIOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a port was closed");
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        links.forEach(Link::reset);
    }

    private final class Link {
        private final Socket client;
        private final Socket shard;
        private volatile Aim aimed;
        /** What is kept back of a reply; null when it is not stalled. */
        private ByteArrayOutputStream heldBack;

        private int passed;

        Link(Socket client, Socket shard) throws IOException {
            this.client = client;
            this.shard = shard;
            client.setTcpNoDelay(true);
            shard.setTcpNoDelay(true);
        }

        void start() {
            links.add(this);
            thread("fault-proxy-up", () -> pump(client, shard, false));
            thread("fault-proxy-down", () -> pump(shard, client, true));
        }

        private void pump(Socket from, Socket to, boolean isReply) {
            var bytes = new byte[CHUNK_BYTES];
            try (InputStream in = from.getInputStream()) {
                for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                    waitWhileBlackhole();
                    pause(isReply ? length : 0);
                    if (isReply) {
                        renamed(bytes, length);
                        if (!reply(bytes, length, to)) {
                            return;
                        }
                    } else {
                        look(bytes, length);
                        to.getOutputStream().write(bytes, 0, length);
                    }
                }
            } catch (IOException e) {
                // One side is gone, and now the other.
            } finally {
                reset();
            }
        }

        private void renamed(byte[] bytes, int length) {
            var wanted = renaming;
            if (wanted != null) {
                byte[] name = wanted.name().getBytes(StandardCharsets.US_ASCII);
                byte[] another = wanted.another().getBytes(StandardCharsets.US_ASCII);
                for (int at = 0; at + name.length <= length; at++) {
                    if (Arrays.equals(bytes, at, at + name.length, name, 0, name.length)) {
                        System.arraycopy(another, 0, bytes, at, another.length);
                    }
                }
            }
        }

        private void look(byte[] bytes, int length) {
            var waiting = aim;
            if (waiting != null && contains(bytes, length, waiting.marker().getBytes(StandardCharsets.US_ASCII))) {
                passed = 0;
                markedReply = new byte[0];
                aimed = waiting;
                aim = null;
            }
        }

        /** False when the link has ended. */
        private synchronized boolean reply(byte[] bytes, int length, Socket to) throws IOException {
            var fault = aimed;
            if (heldBack != null) {
                heldBack.write(bytes, 0, length);
                return true;
            }
            if (fault == null) {
                to.getOutputStream().write(bytes, 0, length);
                return true;
            }
            keep(bytes, length);
            int left = fault.afterBytes() - passed;
            if (left >= length) {
                passed += length;
                to.getOutputStream().write(bytes, 0, length);
                return true;
            }
            to.getOutputStream().write(bytes, 0, left);
            to.getOutputStream().flush();
            aimed = null;
            switch (fault.cut()) {
                case RESET -> {
                    reset();
                    return false;
                }
                case CORRUPT -> {
                    bytes[left] ^= 0x40;
                    to.getOutputStream().write(bytes, left, length - left);
                }
                case STALL -> {
                    heldBack = new ByteArrayOutputStream();
                    heldBack.write(bytes, left, length - left);
                }
            }
            return true;
        }

        synchronized void release() throws IOException {
            if (heldBack != null) {
                heldBack.writeTo(client.getOutputStream());
                heldBack = null;
            }
        }

        private void keep(byte[] bytes, int length) {
            var before = markedReply;
            var after = Arrays.copyOf(before, before.length + length);
            System.arraycopy(bytes, 0, after, before.length, length);
            markedReply = after;
        }

        private void pause(int length) {
            long nanos = delayMillis * 1_000_000L;
            if (bytesPerSecond != SILENT) {
                nanos += length * 1_000_000_000L / bytesPerSecond;
            }
            if (nanos > 0) {
                LockSupport.parkNanos(nanos);
            }
        }

        private void waitWhileBlackhole() {
            while (mode == Mode.BLACKHOLE && !client.isClosed()) {
                LockSupport.parkNanos(5_000_000);
            }
        }

        void reset() {
            links.remove(this);
            for (var socket : new Socket[] {client, shard}) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    // It is closed already.
                }
                try {
                    socket.close();
                } catch (IOException e) {
                    // There is nothing more to do with it.
                }
            }
        }
    }

    private static boolean contains(byte[] bytes, int length, byte[] marker) {
        for (int start = 0; start + marker.length <= length; start++) {
            if (Arrays.equals(bytes, start, start + marker.length, marker, 0, marker.length)) {
                return true;
            }
        }
        return false;
    }
}
