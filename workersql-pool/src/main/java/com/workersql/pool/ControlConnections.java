// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ServerErrors;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Connections that kill what runs on others: one per endpoint and account, outside the limit, because a kill is most needed when
 * every place is taken. Opened by the first kill, closed when none came for a while. Thread-safe.
 */
final class ControlConnections {
    static final int IDLE_MILLIS = 10_000;

    /** latin1_swedish_ci, which every server knows; a KILL is ASCII. */
    private static final int COLLATION = 8;

    private final ConnectionOpener opener;
    private final PoolConfig config;
    private final ConcurrentMap<PoolKey, Control> controls = new ConcurrentHashMap<>();
    private volatile boolean closed;

    ControlConnections(ConnectionOpener opener, PoolConfig config) {
        this.opener = opener;
        this.config = config;
    }

    /** Kills what runs on a connection, or the connection; the promise hears of it. */
    void kill(BackendConnection target, boolean queryOnly, Promise<Void> promise) {
        if (closed) {
            promise.tryFailure(new PoolClosedException());
            return;
        }
        var key = target.key();
        // Without schema, which may not exist any more, and for all tenants of the account.
        var controlKey = new PoolKey(
                key.endpoint(),
                new BackendAccount(key.account().user(), key.account().secret(), null),
                null,
                new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD),
                key.tls(),
                COLLATION);
        var control = controls.computeIfAbsent(controlKey, k -> new Control(k, target.loop()));
        try {
            control.loop.execute(() -> control.add(new Kill(target, queryOnly, promise)));
        } catch (RejectedExecutionException e) {
            controls.remove(controlKey, control);
            promise.tryFailure(new PoolClosedException());
        }
    }

    int open(Endpoint endpoint) {
        int open = 0;
        for (var control : controls.values()) {
            if (control.connected && control.key.endpoint().equals(endpoint)) {
                open++;
            }
        }
        return open;
    }

    void close() {
        closed = true;
        for (var control : controls.values()) {
            try {
                control.loop.execute(control::close);
            } catch (RejectedExecutionException e) {
                // The event loop has ended, and its channels with it.
                control.connected = false;
            }
        }
    }

    private static final class Kill {
        final BackendConnection target;
        final boolean queryOnly;
        final Promise<Void> promise;
        boolean tried;
        /** Why there was no answer to what was sent, which the server may carry out later all the same. */
        BrokenConnectionException unanswered;

        Kill(BackendConnection target, boolean queryOnly, Promise<Void> promise) {
            this.target = target;
            this.queryOnly = queryOnly;
            this.promise = promise;
        }

        void done() {
            if (unanswered == null || !queryOnly) {
                promise.trySuccess(null);
            } else {
                promise.tryFailure(unanswered);
            }
        }

        void failed(Throwable cause) {
            promise.tryFailure(unanswered == null ? cause : unanswered);
        }
    }

    /** Confined to its event loop, which is that of its first target. */
    private final class Control implements ConnectionOpener.Callback {
        final PoolKey key;
        final EventLoop loop;
        volatile boolean connected;
        private final ArrayDeque<Kill> kills = new ArrayDeque<>();
        private BackendConnection connection;
        private boolean opening;
        private int running;
        private ScheduledFuture<?> idle;

        Control(PoolKey key, EventLoop loop) {
            this.key = key;
            this.loop = loop;
        }

        void add(Kill kill) {
            kills.add(kill);
            if (connection != null && connection.isOpen()) {
                sendAll();
            } else if (!opening) {
                opening = true;
                opener.open(key, loop, this);
            }
        }

        @Override
        public void opened(BackendConnection fresh, ServerIdentity identity) {
            opening = false;
            connected = true;
            connection = fresh;
            fresh.enterPool(null, () -> connected = false);
            if (closed) {
                close();
            } else {
                sendAll();
            }
        }

        @Override
        public void failed(BackendUnavailableException cause) {
            opening = false;
            for (var kill = kills.poll(); kill != null; kill = kills.poll()) {
                kill.failed(cause);
            }
        }

        private void sendAll() {
            if (idle != null) {
                idle.cancel(false);
            }
            for (var kill = kills.poll(); kill != null; kill = kills.poll()) {
                send(kill);
            }
            closeWhenIdle();
        }

        private void send(Kill kill) {
            if (kill.target.wasClosedByPeer()) {
                // The server has ended it already; after a restart its id may be another connection's. One that was
                // closed from
                // here goes on running there: the server notices only when it writes.
                kill.promise.trySuccess(null);
                return;
            }
            running++;
            String sql = (kill.queryOnly ? "KILL QUERY " : "KILL ") + kill.target.threadId();
            connection
                    .own()
                    .run(
                            config.validationTimeoutMillis(),
                            sql,
                            (status, cause) -> ended(kill, status, cause),
                            connection.own().query(sql));
        }

        private void ended(Kill kill, ReplyStatus status, Throwable cause) {
            running--;
            if (cause instanceof BrokenConnectionException broken
                    && broken.phase() != BrokenConnectionException.Phase.NOT_SENT) {
                kill.unanswered = broken;
            }
            if (cause != null && !kill.tried && !closed) {
                kill.tried = true;
                add(kill);
            } else if (cause != null) {
                kill.failed(cause);
            } else if (status.isError() && status.errno() == ServerErrors.ER_NO_SUCH_THREAD.errno()) {
                kill.promise.trySuccess(null);
            } else if (status.isError()) {
                kill.failed(new BackendUnavailableException(
                        key.endpoint(),
                        BackendUnavailableException.Reason.REJECTED,
                        status.errno(),
                        status.sqlState(),
                        "KILL was refused: " + status.message(),
                        null));
            } else {
                kill.done();
            }
            closeWhenIdle();
        }

        private void closeWhenIdle() {
            if (running == 0 && !opening && connection.isOpen()) {
                if (idle != null) {
                    idle.cancel(false);
                }
                idle = loop.schedule(this::close, IDLE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        void close() {
            connected = false;
            for (var kill = kills.poll(); kill != null; kill = kills.poll()) {
                kill.failed(new PoolClosedException());
            }
            if (idle != null) {
                idle.cancel(false);
            }
            if (connection != null) {
                connection.close(true, () -> {});
            }
        }
    }
}
