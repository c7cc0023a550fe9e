// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.testing.RawClient;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of the sick shard that asks at a pace, and has each reply cut, at one byte after the other, while that is wanted. It logs in anew
 * where it loses its connection by that. A cut costs two logins, of the client's and of the gateway's, which proxy, gateway and servers share
 * two processors for where the build runs: at twenty a second the p99 of everything else there is that of a machine with that much to do.
 */
final class CutClient implements AutoCloseable {
    /** Five a second. */
    private static final int EVERY_MILLIS = 200;

    private static final int REPLY_BYTES = 100;
    private static final String MARKER = "/*cut*/";

    private final Fleet fleet;
    private final FaultProxy proxy;
    private final AtomicInteger cuts = new AtomicInteger();
    private final CompletableFuture<Void> asking;
    private volatile boolean cutting;
    private volatile boolean ended;

    CutClient(Fleet fleet, FaultProxy proxy) {
        this.fleet = fleet;
        this.proxy = proxy;
        this.asking = InThread.inThread(this::ask);
    }

    private Void ask() throws SQLException {
        RawClient client = null;
        try {
            for (int at = 0; !ended; at = (at + 1) % REPLY_BYTES) {
                if (client == null) {
                    client = connect();
                }
                boolean aims = cutting;
                if (aims) {
                    proxy.aim(MARKER, FaultProxy.Cut.RESET, at);
                }
                boolean lost = isLost(client);
                if (lost) {
                    client.close();
                    client = null;
                }
                if (aims && !proxy.isAimed()) {
                    cuts.incrementAndGet();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS));
            }
            if (client != null) {
                client.close();
            }
        } catch (IOException e) {
            throw new SQLException("the client of the sick shard failed", e);
        }
        return null;
    }

    private RawClient connect() throws IOException {
        int port = fleet.gateway().mysqlAddress().getPort();
        return RawClient.connect(port, "acme", fleet.password("acme"), "acme", SickShard.RAW);
    }

    /** Whether the connection ended amid the reply: an error in the place of rows ends it, too. */
    private static boolean isLost(RawClient client) {
        try {
            return client.query(MARKER + " SELECT REPEAT('x', " + REPLY_BYTES + ")")
                            .errno()
                    == 1158;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether replies are cut from now on; the count of those that were begins anew. */
    void cut(boolean wanted) {
        if (wanted) {
            cuts.set(0);
        }
        cutting = wanted;
    }

    /** How many replies were cut since that was wanted. */
    int cuts() {
        return cuts.get();
    }

    @Override
    public void close() throws Exception {
        ended = true;
        asking.get(30, TimeUnit.SECONDS);
    }
}
