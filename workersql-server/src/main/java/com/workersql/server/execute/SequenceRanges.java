// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Incidents;
import com.workersql.server.error.Outcome;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The numbers of sequences. A sequence is a table of one row, whose {@code next_id} nobody has got yet; the gateway takes a range of
 * numbers at once, by a statement that is committed before one of them is used. A gateway that ends, and a statement that is rolled
 * back, leave gaps; two rows never get the same number, however many gateways there are. For any thread.
 *
 * <p>Of each sequence one range is asked for at a time. Who waits for it is a session with one statement, so that no more wait than
 * there are sessions.
 */
final class SequenceRanges {
    /** How many numbers are taken at once, at least. */
    static final int RANGE = 1_000;

    private final ShardQuestion question;
    private final Map<Name, Range> ranges = new ConcurrentHashMap<>();

    /** A sequence: one that a new policy puts on another shard is another one. */
    private record Name(String shard, String schema, String table) {
        String quoted() {
            return quoted(schema) + "." + quoted(table);
        }

        private static String quoted(String name) {
            return '`' + name.replace("`", "``") + '`';
        }
    }

    private record Waiter(int count, EventLoop loop, LongConsumer taken, Consumer<GatewayError> failed) {
        void gets(long first) {
            loop.execute(() -> taken.accept(first));
        }

        void fails(GatewayError error) {
            loop.execute(() -> failed.accept(error));
        }
    }

    /** What is left of a sequence's latest range, and who waits for another. Guarded by itself. */
    private static final class Range {
        private final Deque<Waiter> waiters = new ArrayDeque<>();
        private long next = 1;
        private long end = 1;
    }

    SequenceRanges(ShardQuestion question) {
        this.question = question;
    }

    /**
     * Takes numbers that follow one another.
     *
     * @param shard where the sequence is
     * @param schema its schema
     * @param table its table
     * @param count how many, at least one
     * @param loop on which the caller hears of it
     * @param taken gets the first number
     * @param failed gets the error when there are none
     */
    void take(
            Shard shard,
            String schema,
            String table,
            int count,
            EventLoop loop,
            LongConsumer taken,
            Consumer<GatewayError> failed) {
        var name = new Name(shard.name(), schema, table);
        var range = ranges.computeIfAbsent(name, key -> new Range());
        var waiter = new Waiter(count, loop, taken, failed);
        boolean asks = false;
        synchronized (range) {
            if (range.waiters.isEmpty() && range.end - range.next >= count) {
                waiter.gets(range.next);
                range.next += count;
            } else {
                asks = range.waiters.isEmpty();
                range.waiters.add(waiter);
            }
        }
        if (asks) {
            ask(shard, name, range, loop, Math.max(RANGE, count));
        }
    }

    private void ask(Shard shard, Name name, Range range, EventLoop loop, int count) {
        // The server reports the argument of LAST_INSERT_ID as it reports a key that it has made.
        String sql = "UPDATE " + name.quoted() + " SET next_id = LAST_INSERT_ID(next_id) + " + count;
        question.ask(shard, loop, sql).whenComplete((answer, error) -> {
            try {
                var refusal = error == null ? fault(name, answer.status()) : lost(name, shard, error.getMessage());
                if (refusal != null) {
                    failed(range, refusal);
                } else {
                    arrived(shard, name, range, loop, answer.status().lastInsertId(), count);
                }
            } catch (RuntimeException | Error e) {
                // Nobody else would ask for those who wait.
                failed(
                        range,
                        Incidents.log("the keys of sequence " + name.quoted(), e)
                                .withOutcome(Outcome.NOT_EXECUTED));
            }
        });
    }

    private static GatewayError lost(Name name, Shard shard, String why) {
        return GatewayError.notExecuted(
                "The sequence " + name.quoted() + " on " + shard.name() + " could not be asked for keys: " + why);
    }

    private static GatewayError fault(Name name, ReplyStatus status) {
        if (status.isError()) {
            return GatewayError.refused(
                    status.errno(),
                    status.sqlState(),
                    "The sequence " + name.quoted() + " could not be asked for keys: " + status.message());
        }
        String what = status.inTransaction()
                ? "the shard's sessions begin without autocommit"
                : status.affectedRows() != 1
                        ? "it has " + status.affectedRows() + " rows, and has to have one"
                        : status.lastInsertId() <= 0 ? "its next_id is not a positive BIGINT" : null;
        return what == null
                ? null
                : GatewayError.refused(1235, "42000", "The sequence " + name.quoted() + " cannot be used: " + what);
    }

    private void arrived(Shard shard, Name name, Range range, EventLoop loop, long first, int count) {
        int more = 0;
        synchronized (range) {
            range.next = first;
            range.end = first + count;
            while (!range.waiters.isEmpty()
                    && range.end - range.next >= range.waiters.peek().count()) {
                var waiter = range.waiters.remove();
                waiter.gets(range.next);
                range.next += waiter.count();
            }
            if (!range.waiters.isEmpty()) {
                more = Math.max(RANGE, range.waiters.peek().count());
            }
        }
        if (more > 0) {
            ask(shard, name, range, loop, more);
        }
    }

    private static void failed(Range range, GatewayError error) {
        List<Waiter> waiting;
        synchronized (range) {
            waiting = new ArrayList<>(range.waiters);
            range.waiters.clear();
        }
        waiting.forEach(waiter -> waiter.fails(error));
    }
}
