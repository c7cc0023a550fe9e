// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementInfo;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides behind each statement whether its session keeps the connection. Only the number of warnings travels with a reply, the
 * warnings themselves live on the connection: so one with warnings is kept for a short while, in which most clients ask; then, or
 * at once where others wait for a connection, they are fetched and kept by the session, and the connection is given back.
 */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final long warningsHoldMillis;
    private final LongSupplier nanoClock;
    private final SessionCounters counters;
    private final Function<String, Shard> shards;

    Retention(
            long warningsHoldMillis, LongSupplier nanoClock, SessionCounters counters, Function<String, Shard> shards) {
        this.shards = shards;
        this.warningsHoldMillis = warningsHoldMillis;
        this.nanoClock = nanoClock;
        this.counters = counters;
    }

    /** Behind a statement, or in its place: the connection is kept, asked, or given back. */
    void settle(ClientSession session, ShardLease lease, String fingerprint) {
        session.activity().running(null);
        settle(session, lease.connection(), lease.shard(), fingerprint);
    }

    /**
     * Gives the connection back where a command without reply has taken away what kept it; where diagnostics still do, when they
     * were read.
     */
    void release(ClientSession session) {
        var held = session.held();
        boolean mayGo = session.pins().isEmpty() || session.pins().isOnly(HoldReason.UNREAD_WARNINGS);
        if (held != null && session.activity().running() == null && mayGo) {
            settleHeld(session);
        }
    }

    /** Decides anew whether the session keeps the connection that it holds, if it holds one. */
    void settleHeld(ClientSession session) {
        var held = session.held();
        if (held != null) {
            settle(session, held.connection(), shards.apply(held.shard()), "");
        }
    }

    /** A statement that the gateway answers itself: what the connection says of the latest one is not true any more. */
    void answeredHere(ClientSession session, StatementInfo info, ServerFlavor flavor) {
        if (Diagnostics.areClearedBy(info, flavor)) {
            dropDiagnostics(session);
        }
        session.figures().onConnection(false);
    }

    /** The session's diagnostics are the gateway's own from here on. */
    void diagnosticsOf(ClientSession session, List<String[]> diagnostics) {
        dropDiagnostics(session);
        session.figures().warnings(diagnostics);
    }

    /** Keeps the connection, asks it something first, or gives it back. */
    private void settle(ClientSession session, PooledConnection connection, Shard shard, String fingerprint) {
        var pins = session.pins();
        if (pins.isEmpty() && !Inquiry.isDue(session)) {
            Aftermath.giveBack(session, connection);
            return;
        }
        session.held(new ClientSession.Held(connection, shard.name()));
        if (session.pins().holdUnreplayableState()) {
            connection.pin();
        } else {
            connection.unpin();
        }
        counters.pinned(pins.stamp(fingerprint, nanoClock.getAsLong()));
        if (pins.isEmpty()
                || session.tracking().isUnread()
                || (pins.isOnly(HoldReason.USER_LOCK) && Inquiry.isDue(session))) {
            ask(session, shard);
        } else if (isAskedInTime(session)) {
            if (shard.pool().stats(connection.key().endpoint()).waiting() > 0) {
                ask(session, shard);
            } else {
                askLater(session, shard);
            }
        }
        if (!pins.isEmpty()) {
            LOG.debug("Session {} keeps its connection to {}: {}", session.id(), shard.name(), pins);
        }
    }

    /** Whether warnings keep the connection, and nothing else but perhaps locks that may all be released. */
    private static boolean isAskedInTime(ClientSession session) {
        var pins = session.pins();
        return pins.isOnly(HoldReason.UNREAD_WARNINGS)
                || (pins.has(HoldReason.UNREAD_WARNINGS)
                        && pins.has(HoldReason.USER_LOCK)
                        && pins.reasons().size() == 2
                        && session.pins().locksMayBeGone()
                        && pins.areNamesKnown(HoldReason.USER_LOCK));
    }

    private void askLater(ClientSession session, Shard shard) {
        var held = session.held();
        session.loop()
                .schedule(
                        SessionFault.guarded(session, () -> {
                            if (held.equals(session.held())
                                    && session.activity().running() == null
                                    && isAskedInTime(session)) {
                                ask(session, shard);
                            }
                        }),
                        warningsHoldMillis,
                        TimeUnit.MILLISECONDS);
    }

    private void ask(ClientSession session, Shard shard) {
        var connection = session.held().connection();
        Inquiry.start(session, connection, new Inquiry.Ending() {
            @Override
            public void answered() {
                settle(session, connection, shard, "");
                session.activity().resume();
            }

            @Override
            public void broken(String why) {
                Aftermath.lost(session, connection, why);
                session.activity().resume();
            }

            @Override
            public void suspected() {
                shard.topology().suspect(connection.key().endpoint());
            }
        });
    }

    /** A statement that does not need the connection ends the reading of the diagnostics of the one before. */
    private void dropDiagnostics(ClientSession session) {
        session.figures().warnings(List.of());
        session.figures().onConnection(false);
        if (session.pins().has(HoldReason.UNREAD_WARNINGS)) {
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            var held = session.held();
            if (held != null && session.activity().running() == null) {
                settle(session, held.connection(), shards.apply(held.shard()), "");
            }
        }
    }
}
