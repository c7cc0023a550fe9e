// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.server.error.GatewayError;
import io.netty.channel.EventLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One subscription: what the shards' readers put in on their loops waits here until the subscriber has credit. The readers' side is
 * safe for all threads; the subscriber's side is confined to its event loop.
 */
final class Subscriber implements Subscription {
    private final Interest interest;
    private final ChangeListener listener;
    private final EventLoop loop;
    private final PositionSeal seal;
    private final int limitBytes;
    private final ChangeBudget budget;
    private final Runnable gone;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicReference<Runnable> whenRoom = new AtomicReference<>();
    private final Map<String, ResumePoint.Part> parts;
    private volatile boolean ended;
    private int startsDue;
    private long credit;
    private boolean silent;

    /** Something that waits to be told: a change, or only how far the log has come. */
    private record Waiting(
            ChangeEvent event, String shard, ResumePoint.Part behind, int bytes, ChangeBudget.Charge charge) {}

    /**
     * @param interest what it is about
     * @param from where to go on, by shard; empty for now
     * @param listener hears of it
     * @param loop on which
     * @param seal for its positions
     * @param limitBytes how much may wait before a transaction is put in
     * @param budget from which the charges of what is put in are
     * @param gone called once when it has ended, on the subscriber's loop
     */
    Subscriber(
            Interest interest,
            Map<String, ResumePoint.Part> from,
            ChangeListener listener,
            EventLoop loop,
            PositionSeal seal,
            int limitBytes,
            ChangeBudget budget,
            Runnable gone) {
        this.interest = interest;
        this.listener = listener;
        this.loop = loop;
        this.seal = seal;
        this.limitBytes = limitBytes;
        this.budget = budget;
        this.gone = gone;
        this.parts = new LinkedHashMap<>(from);
        this.startsDue = interest.shards().size();
    }

    Interest interest() {
        return interest;
    }

    boolean hasEnded() {
        return ended;
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    /** Whether so much waits, here or for all together, that nothing more is to be read for this subscriber from the past. */
    boolean isCrowded() {
        long bytes = queuedBytes.get();
        return bytes > limitBytes / 2 || (bytes > 0 && budget.isCrowded());
    }

    /** Whether another transaction may be put in. */
    boolean hasRoom() {
        return queuedBytes.get() < limitBytes;
    }

    /** Calls once, on the subscriber's loop, when it is not crowded any more or has ended. */
    void whenNotCrowded(Runnable action) {
        whenRoom.set(action);
        if (!isCrowded() || ended) {
            tellOfRoom();
        }
    }

    private void tellOfRoom() {
        var action = whenRoom.getAndSet(null);
        if (action != null) {
            action.run();
        }
    }

    /** A shard's reader has begun; any thread. */
    void started(String shard, LogPosition position) {
        loop.execute(() -> {
            parts.putIfAbsent(shard, ResumePoint.Part.behind(position));
            if (--startsDue == 0 && !ended && !silent) {
                listener.started(point());
                drain();
            }
        });
    }

    /** Puts a change in; the charge is let go of when it has been told or dropped. */
    void put(ChangeEvent event, ResumePoint.Part behind, int bytes, ChangeBudget.Charge charge) {
        charge.hold();
        queuedBytes.addAndGet(bytes);
        queue.add(new Waiting(event, event.shard(), behind, bytes, charge));
        if (ended) {
            dropQueue();
        }
    }

    /** Puts in how far a shard's log has come. */
    void put(String shard, ResumePoint.Part behind) {
        queue.add(new Waiting(null, shard, behind, 0, null));
        wake();
    }

    /** Has what was put in told. */
    void wake() {
        if (!ended && draining.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    /** Ends it by a loss; any thread. What waits is dropped at once. */
    void lose(Loss loss) {
        end(() -> listener.lost(loss, loss.canResume() && startsDue <= 0 ? point() : null));
    }

    /** Ends it by an error; any thread. */
    void fail(GatewayError error) {
        end(() -> listener.failed(error));
    }

    private void end(Runnable tell) {
        synchronized (queue) {
            if (ended) {
                return;
            }
            ended = true;
        }
        dropQueue();
        loop.execute(() -> {
            gone.run();
            if (!silent) {
                silent = true;
                tell.run();
            }
        });
        tellOfRoom();
    }

    private void dropQueue() {
        for (var waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
            letGo(waiting);
        }
    }

    private void letGo(Waiting waiting) {
        queuedBytes.addAndGet(-waiting.bytes);
        if (waiting.charge != null) {
            waiting.charge.release();
        }
    }

    private ResumePoint point() {
        return new ResumePoint(seal, interest.scope(), parts);
    }

    private void drain() {
        draining.set(false);
        while (!ended && !silent && startsDue <= 0 && !queue.isEmpty()) {
            var next = queue.peek();
            if (next == null || (next.event != null && credit == 0)) {
                return;
            }
            next = queue.poll();
            if (next == null) {
                return;
            }
            letGo(next);
            parts.put(next.shard, next.behind);
            if (next.event == null) {
                listener.advanced(point());
            } else {
                credit--;
                listener.changed(next.event, point());
            }
            if (!isCrowded()) {
                tellOfRoom();
            }
        }
    }

    @Override
    public void request(int changes) {
        credit += changes;
        // Not at once: this may be called while a change is being told.
        wake();
    }

    @Override
    public void close() {
        silent = true;
        end(() -> {});
    }
}
