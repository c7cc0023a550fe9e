// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.AcquireRequest;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.ServerFlavor;
import com.workersql.server.execute.ConnectFailures;
import com.workersql.server.execute.OwnKeys;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.execute.TextRows;
import com.workersql.server.session.TrackingSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Asks a real server, on connections of a pool for that alone. */
final class ServerProbe implements EndpointProbe {
    /** MySQL skips what is for MariaDB ({@code M!}), and MariaDB what is for MySQL 5.7 and later. */
    private static final String WHO =
            "SELECT @@version, @@global.sql_mode, @@global.read_only, @@global.max_connections,"
                    + " /*M!100001 @@global.gtid_current_pos *//*!50709 @@global.gtid_executed */, "
                    + TrackingSettings.question("global")
                    + ", CONCAT_WS(':', @@hostname, @@port, @@server_id)";

    /** What has been executed; of MySQL without GTIDs nothing, since the variable then stands still. */
    private static final String POSITION = "SELECT /*M!100001 @@global.gtid_current_pos *//*!50709"
            + " IF(@@global.gtid_mode = 'ON', @@global.gtid_executed, '') */";

    private static final int MYSQL_WITH_REPLICA_STATUS = 80_022;

    private final Supplier<Shard> shard;
    private final ShardNode node;
    private final BackendPool pool;
    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final long timeoutNanos;
    private final PositionListener positions;
    private boolean askedForPosition;
    private PooledConnection held;
    /** Whose connection is held. */
    private String heldServer;

    private Listener listener;
    private boolean closed;

    ServerProbe(
            Supplier<Shard> shard,
            ShardNode node,
            BackendPool pool,
            EventLoop loop,
            LongSupplier nanoClock,
            int timeoutMillis,
            PositionListener positions) {
        this.shard = shard;
        this.node = node;
        this.pool = pool;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.positions = positions;
        this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }

    @Override
    public void check(Listener hears) {
        listener = hears;
        var account = anyAccount();
        if (account == null) {
            loop.execute(() -> hears.checkFailed(FailureClass.NEUTRAL, "no account is configured for it"));
            return;
        }
        var key = OwnKeys.of(
                node.endpoint(),
                new BackendAccount(account.user(), account.secret(), account.database()),
                shard.get().tls());
        pool.acquire(AcquireRequest.of(key, loop, nanoClock.getAsLong() + timeoutNanos))
                .addListener((Future<PooledConnection> future) -> {
                    if (future.isSuccess()) {
                        var connection = future.getNow();
                        var check = new Check(connection);
                        connection.onFault(fault -> check.fail("the check failed by itself: " + fault));
                        try {
                            check.start();
                        } catch (RuntimeException | Error e) {
                            connection.fault(e);
                        }
                    } else {
                        loop.execute(() -> failed(future.cause()));
                    }
                });
    }

    private void failed(Throwable cause) {
        var outcome = cause instanceof BackendUnavailableException unavailable
                ? ConnectFailures.classify(unavailable, node.asPrimary().key().role())
                : FailureClass.CONNECT_FAILURE;
        listener.checkFailed(outcome, cause.getMessage());
    }

    private BackendAccount anyAccount() {
        var current = shard.get();
        return current.account() != null
                ? current.account()
                : current.tenantAccounts().values().stream().findFirst().orElse(null);
    }

    @Override
    public boolean isHeld() {
        return held != null;
    }

    @Override
    public void ping() {
        held.executePayload(ReplyKind.OK_ONLY, Unpooled.buffer(1).writeByte(0x0e), new Pong());
        if (shard.get().topology().canFailOver() && !askedForPosition) {
            askForPosition();
        }
    }

    /** Behind the ping, whose answer does not wait for this one's. */
    private void askForPosition() {
        askedForPosition = true;
        long askedNanos = nanoClock.getAsLong();
        new TextRows() {
            @Override
            protected void completed(List<String[]> rows, ReplyStatus status) {
                askedForPosition = false;
                if (!rows.isEmpty() && rows.get(0)[0] != null) {
                    positions.executed(rows.get(0)[0], askedNanos);
                }
            }

            @Override
            public void onBroken(BrokenConnectionException e) {
                askedForPosition = false;
            }
        }.ask(held, POSITION);
    }

    private void hold(PooledConnection connection, String server) {
        held = connection;
        heldServer = server;
        connection.onClose(() -> {
            boolean isCurrent = held == connection;
            held = isCurrent ? null : held;
            connection.discard("closed");
            if (isCurrent && !closed) {
                listener.heldClosed();
            }
        });
    }

    /** The name leads to another server now: the one that it led to before is no concern of this shard. */
    private void leaveFormerServer(String server) {
        if (held != null && !server.equals(heldServer)) {
            forsake();
        }
    }

    @Override
    public void forsake() {
        var former = held;
        held = null;
        askedForPosition = false;
        former.dismiss();
    }

    @Override
    public void close() {
        closed = true;
        if (held != null) {
            forsake();
        }
    }

    /** The questions on one new connection, within the time of one check. */
    private final class Check {
        private final PooledConnection connection;
        private final Future<?> deadline;
        private boolean ended;

        Check(PooledConnection connection) {
            this.connection = connection;
            this.deadline = loop.schedule(() -> fail("no answer in time"), timeoutNanos, TimeUnit.NANOSECONDS);
        }

        void start() {
            ask(WHO, (names, rows, status) -> {
                if (status.isError() || rows.isEmpty()) {
                    fail(status.message());
                    return;
                }
                var row = rows.get(0);
                var identity = ShardIdentity.parse(row[0], row[1], row[3], row[5], row[6]);
                boolean readOnly = !"0".equals(row[2]) && !"OFF".equalsIgnoreCase(row[2]);
                var alone = new ServerReport(identity, readOnly, row[4] == null ? "" : row[4], false, -1);
                if (shard.get().topology().canFailOver()) {
                    askReplication(alone);
                } else {
                    end(alone);
                }
            });
        }

        private void askReplication(ServerReport report) {
            ask(replicaStatus(report.identity()), (names, rows, status) -> {
                // An account that may not ask leaves unknown what is not needed while all is well.
                end(status.isError() ? report : ReplicaStatus.of(names, rows).addTo(report));
            });
        }

        /** Of all ways in which the server may follow others: MariaDB tells by SHOW SLAVE STATUS of the one without a name alone. */
        private static String replicaStatus(ShardIdentity identity) {
            if (identity.flavor() == ServerFlavor.MARIADB) {
                return "SHOW ALL SLAVES STATUS";
            }
            return identity.version() >= MYSQL_WITH_REPLICA_STATUS ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
        }

        private void ask(String sql, Answer answer) {
            new TextRows() {
                @Override
                protected void completed(List<String[]> rows, ReplyStatus status) {
                    if (!ended) {
                        answer.take(names(), rows, status);
                    }
                }

                @Override
                public void onBroken(BrokenConnectionException e) {
                    fail(e.getMessage());
                }
            }.ask(connection, sql);
        }

        private void end(ServerReport report) {
            ended = true;
            deadline.cancel(false);
            leaveFormerServer(report.identity().server());
            if (held == null && !closed) {
                hold(connection, report.identity().server());
            } else {
                connection.dismiss();
            }
            listener.checked(report);
        }

        private void fail(String why) {
            if (!ended) {
                ended = true;
                deadline.cancel(false);
                connection.discard("check failed");
                listener.checkFailed(FailureClass.CALL_FAILURE, why);
            }
        }
    }

    /** Hears what a server has executed. */
    interface PositionListener {
        /** Asked at this time, by the monitor's clock, it had executed this. */
        void executed(String position, long askedNanos);
    }

    private interface Answer {
        void take(List<String> names, List<String[]> rows, ReplyStatus status);
    }

    /** Whatever answers a ping shows that the server runs. */
    private final class Pong implements ReplyListener {
        private final PooledConnection asked = held;

        @Override
        public void onForward(ByteBuf slice) {
            slice.release();
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {}

        @Override
        public void onComplete(ReplyStatus status) {
            if (asked == held) {
                listener.pong();
            }
        }

        @Override
        public void onBroken(BrokenConnectionException e) {
            // The connection's end is heard of by itself.
        }
    }
}
