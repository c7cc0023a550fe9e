// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.message.server.Err;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a shard's log from a position on, over one connection after another: behind each break it goes on behind the last whole
 * transaction, wherever the shard's primary is then. Confined to an event loop.
 */
final class LogReader implements LogConnection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
    private static final int FIRST_DELAY_MILLIS = 100;
    private static final int MAX_DELAY_MILLIS = 5_000;
    private static final int LOOK_MILLIS = 500;
    /** For longer than the 10 s that MySQL waits for a replica by default. */
    private static final int MAX_LOOKS = 30;

    private static final String UNKNOWN_POSITION = "The shard's server does not know this position";

    /** ER_MASTER_FATAL_ERROR_READING_BINLOG */
    private static final int FATAL_ERROR_READING = 1236;

    /** ER_MASTER_HAS_PURGED_REQUIRED_GTIDS */
    private static final int HAS_PURGED = 1789;

    private final LogSource source;
    private final EventLoop loop;
    private final Random random;
    private final int serverId;
    private final Follower follower;
    private final TransactionReader transactions;
    private LogConnection connection;
    private LogSettings settings;
    private LogPosition position;
    private ScheduledFuture<?> retry;
    private int delayMillis = FIRST_DELAY_MILLIS;
    private int looks;
    private boolean following;
    private boolean closed;

    /** Follows what is read. All calls come on the reader's loop. */
    interface Follower {
        /** The log is being read; told again behind each break. */
        void following(LogSettings settings, LogPosition position);

        /** A transaction has committed. */
        void committed(LoggedTransaction transaction, LogPosition before, LogPosition after);

        /** Nothing has come for a while: the reader is at the log's end. */
        void idle();

        /** The log cannot be read now, for a reason that somebody has to mend; the reader tries again. */
        void refused(String why);

        /** The log cannot be read on from where the reader is. The reader has ended. */
        void lost(Loss loss);
    }

    /**
     * @param source where the log is
     * @param loop where to read
     * @param random for the waits between attempts
     * @param serverId as which replica
     * @param from behind which position; null: the log's end
     * @param audience whose rows are kept
     * @param transactionBytes how much of one transaction is kept
     * @param follower hears what is read
     */
    LogReader(
            LogSource source,
            EventLoop loop,
            Random random,
            int serverId,
            LogPosition from,
            Audience audience,
            long transactionBytes,
            Follower follower) {
        this.source = source;
        this.loop = loop;
        this.random = random;
        this.serverId = serverId;
        this.position = from;
        this.follower = follower;
        this.transactions = new TransactionReader(audience, transactionBytes, this::committed);
    }

    void start() {
        following = false;
        transactions.forget();
        connection = new LogConnection(source, loop, this);
        connection.open();
    }

    /** Where it is; null before it has begun at the log's end. */
    LogPosition position() {
        return position;
    }

    /** Whether the log is being read right now. */
    boolean isFollowing() {
        return following;
    }

    /** Whether the end of a transaction is to come that has begun. */
    boolean isWithinTransaction() {
        return transactions.isWithin();
    }

    /** Stops and resumes reading. */
    void read(boolean wanted) {
        connection.read(wanted);
    }

    void close() {
        closed = true;
        if (retry != null) {
            retry.cancel(false);
        }
        if (connection != null) {
            connection.close();
        }
    }

    @Override
    public void connected() {
        connection.query(LogSettings.QUERY, rows -> {
            var variables = new HashMap<String, String>();
            rows.forEach(row -> variables.put(row[0].toLowerCase(Locale.ROOT), row[1]));
            settings = new LogSettings(variables);
            var faults = settings.faults(source.canFailOver());
            if (!faults.isEmpty()) {
                connection.close();
                refuse(String.join("; ", faults));
                return;
            }
            looks = 0;
            lookWhatItKnows();
        });
    }

    private void lookWhatItKnows() {
        connection.query(
                settings.isMariaDb()
                        ? "SELECT @@global.gtid_binlog_pos, @@global.gtid_slave_pos"
                        : "SELECT @@global.gtid_executed, ''",
                row -> begin(position(row.get(0)[0]), position(row.get(0)[1])));
    }

    private LogPosition position(String text) {
        return LogPosition.parse(settings.isMariaDb(), text == null ? "" : text);
    }

    /**
     * Goes on behind the position if it is one of this server's. Servers accept others, too: MySQL any set of transactions, MariaDB
     * domains in which it has nothing, and would send what it has as if it came next.
     *
     * @param logged what the server's own log tells
     * @param replicated what it had before that from another server, as MariaDB tells it
     */
    private void begin(LogPosition logged, LogPosition replicated) {
        if (position == null) {
            position = logged;
        }
        if (settings.isMariaDb() != position instanceof MariaDbPosition) {
            lose(new Loss(Loss.Kind.DIVERGED, "The position is of a server of another family"));
        } else if (!both(logged, replicated).knowsSourcesOf(position)) {
            lose(new Loss(Loss.Kind.DIVERGED, UNKNOWN_POSITION));
        } else if (!settings.isMariaDb() && !logged.contains(position)) {
            lookAgain();
        } else {
            setUp();
        }
    }

    private static LogPosition both(LogPosition logged, LogPosition replicated) {
        var all = logged;
        if (replicated instanceof MariaDbPosition other) {
            for (var id : other.last().values()) {
                all = all.plus(id);
            }
        }
        return all;
    }

    /** MySQL tells of a transaction in its log before it counts it as executed, which may wait for a replica's word. */
    private void lookAgain() {
        looks++;
        if (looks > MAX_LOOKS) {
            lose(new Loss(Loss.Kind.DIVERGED, UNKNOWN_POSITION));
            return;
        }
        var asked = connection;
        loop.schedule(
                () -> {
                    if (connection == asked && !closed) {
                        lookWhatItKnows();
                    }
                },
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void setUp() {
        var setup = position instanceof MariaDbPosition gtids ? gtids.gtids().setupStatements() : List.<String>of();
        setUp(setup, 0);
    }

    private void setUp(List<String> statements, int done) {
        if (done <= statements.size()) {
            connection.query(
                    done == 0 ? LogConnection.habits() : statements.get(done - 1), rows -> setUp(statements, done + 1));
            return;
        }
        connection.dump(position, serverId);
    }

    @Override
    public void received(BinlogPacket packet) {
        if (packet instanceof BinlogPacket.Entry entry) {
            if (!following) {
                // The first event is the server's consent.
                following = true;
                delayMillis = FIRST_DELAY_MILLIS;
                LOG.info(
                        "Following the changes of shard {} at {}",
                        source.shard(),
                        source.primary().get());
                follower.following(settings, position);
            }
            transactions.read(entry);
            if (entry.event() instanceof com.workersql.protocol.binlog.HeartbeatEvent) {
                follower.idle();
            }
        } else {
            connection.close();
            ended(new IOException("the server has ended its log"));
        }
    }

    private void committed(LoggedTransaction transaction) {
        var before = position;
        position = position.plus(transaction.id());
        follower.committed(transaction, before, position);
    }

    @Override
    public void ended(Throwable cause) {
        following = false;
        if (closed) {
            return;
        }
        Err err = LogConnection.serverError(cause);
        if (err != null && (err.errno() == FATAL_ERROR_READING || err.errno() == HAS_PURGED) && !isTwin(err)) {
            LOG.warn("The changes of shard {} cannot be read on from {}: {}", source.shard(), position, err.message());
            lose(loss(err));
        } else if (err != null) {
            refuse(err.message());
        } else if (cause instanceof IOException) {
            LOG.info("Reading the changes of shard {} was interrupted: {}", source.shard(), cause.toString());
            retry();
        } else if (cause instanceof ProtocolException || following(cause)) {
            LOG.warn("The changes of shard {} cannot be read at {}", source.shard(), position, cause);
            lose(Loss.unreadable("The shard's log has something that cannot be read"));
        } else {
            LOG.info("The changes of shard {} cannot be read now: {}", source.shard(), cause.toString());
            retry();
        }
    }

    /** What goes wrong in the reader itself would go wrong again behind a new connection. */
    private static boolean following(Throwable cause) {
        return cause instanceof RuntimeException && !(cause instanceof io.netty.channel.ChannelException);
    }

    /** Whether somebody else reads as the same replica; the server then ends the older one. */
    private static boolean isTwin(Err err) {
        return err.message().contains("same server");
    }

    private static Loss loss(Err err) {
        boolean purged = err.errno() == HAS_PURGED
                || err.message().contains("purged")
                || err.message().contains("Could not find");
        return purged
                ? new Loss(Loss.Kind.PURGED, "The shard does not keep its log back to this position any more")
                : new Loss(Loss.Kind.DIVERGED, UNKNOWN_POSITION);
    }

    private void lose(Loss loss) {
        close();
        follower.lost(loss);
    }

    private void refuse(String why) {
        LOG.warn("The changes of shard {} cannot be read: {}", source.shard(), why);
        delayMillis = MAX_DELAY_MILLIS;
        follower.refused(why);
        retry();
    }

    private void retry() {
        if (!closed) {
            int jittered = delayMillis / 2 + random.nextInt(delayMillis / 2 + 1);
            retry = loop.schedule(this::start, jittered, TimeUnit.MILLISECONDS);
            delayMillis = Math.min(2 * delayMillis, MAX_DELAY_MILLIS);
        }
    }
}
