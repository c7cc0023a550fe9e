// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A pool on two event loops, and blocking ways to use it from a test's thread. */
final class PoolFixture implements AutoCloseable {
    final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    final EventLoop loop1 = group.next();
    final EventLoop loop2 = group.next();
    final BackendPool pool;
    final PoolKey key;

    PoolFixture(PoolConfig.Builder config, PoolKey key) {
        this.pool = BackendPool.create(config.build());
        this.key = key;
    }

    static PoolKey key(Endpoint endpoint, String user, String password) {
        return new PoolKey(
                endpoint,
                BackendAccount.of(user, password, "pool_app"),
                null,
                new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD
                        | CapabilityFlags.CLIENT_DEPRECATE_EOF
                        | CapabilityFlags.CLIENT_MULTI_STATEMENTS),
                TlsMode.DISABLED,
                45);
    }

    PooledConnection acquire(EventLoop borrower) throws Exception {
        return acquire(key, borrower);
    }

    PooledConnection acquire(PoolKey wanted, EventLoop borrower) throws Exception {
        return acquireLater(wanted, borrower, 10_000).get(15, TimeUnit.SECONDS);
    }

    io.netty.util.concurrent.Future<PooledConnection> acquireLater(PoolKey wanted, EventLoop borrower, int millis) {
        return pool.acquire(AcquireRequest.of(wanted, borrower, System.nanoTime() + millis * 1_000_000L));
    }

    /** Runs on the borrower's loop and waits. */
    static <T> T on(EventLoop loop, Callable<T> action) throws Exception {
        return loop.submit(action).get(15, TimeUnit.SECONDS);
    }

    static void run(EventLoop loop, Runnable action) throws Exception {
        loop.submit(action).get(15, TimeUnit.SECONDS);
    }

    static ByteBuf query(String sql) {
        byte[] bytes = sql.getBytes(UTF_8);
        return Unpooled.buffer(bytes.length + 1).writeByte(3).writeBytes(bytes);
    }

    static Reply start(PooledConnection connection, EventLoop borrower, String sql) throws Exception {
        return start(connection, borrower, ReplyKind.QUERY, query(sql));
    }

    static Reply start(PooledConnection connection, EventLoop borrower, ReplyKind kind, ByteBuf payload)
            throws Exception {
        var reply = new Reply(borrower);
        run(borrower, () -> connection.executePayload(kind, payload, reply));
        return reply;
    }

    static ReplyStatus query(PooledConnection connection, EventLoop borrower, String sql) throws Exception {
        return start(connection, borrower, sql).await();
    }

    @Override
    public void close() throws Exception {
        pool.closeAsync().get(15, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(15, TimeUnit.SECONDS);
    }

    /** Collects a reply; checks the thread of every call. */
    static final class Reply implements ReplyListener {
        final CompletableFuture<ReplyStatus> done = new CompletableFuture<>();
        final CompletableFuture<Void> firstBytes = new CompletableFuture<>();
        final StringBuilder text = new StringBuilder();
        final StringBuilder order = new StringBuilder();
        int prepareId;
        int prepareParameters;
        int prepareColumns;
        final AtomicLong bytes = new AtomicLong();
        private final EventLoop borrower;

        Reply(EventLoop borrower) {
            this.borrower = borrower;
        }

        ReplyStatus await() throws Exception {
            return done.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void onForward(ByteBuf slice) {
            check();
            bytes.addAndGet(slice.readableBytes());
            if (text.length() < 10_000) {
                text.append(slice.toString(UTF_8));
            }
            slice.release();
            firstBytes.complete(null);
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
            check();
            order.append(kind).append(' ');
            if (kind == ControlPacket.PREPARE_OK) {
                prepareId = payload.getIntLE(payload.readerIndex() + 1);
                prepareColumns = payload.getUnsignedShortLE(payload.readerIndex() + 5);
                prepareParameters = payload.getUnsignedShortLE(payload.readerIndex() + 7);
            }
        }

        @Override
        public void onComplete(ReplyStatus status) {
            check();
            done.complete(status);
        }

        @Override
        public void onBroken(BrokenConnectionException e) {
            check();
            done.completeExceptionally(e);
        }

        private void check() {
            if (!borrower.inEventLoop()) {
                done.completeExceptionally(new AssertionError("a listener was called on " + Thread.currentThread()));
            }
        }
    }
}
