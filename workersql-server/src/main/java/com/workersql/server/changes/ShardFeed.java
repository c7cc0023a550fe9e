// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.server.config.ChangesConfig;
import com.workersql.server.error.GatewayError;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The changes of one shard: a reader at the log's end for all subscribers, and up to a few more that read from older positions until
 * they have come up with it. Confined to an event loop but for the two entries.
 */
final class ShardFeed {
    private static final int START_MILLIS = 10_000;
    private static final int ADVANCE_MILLIS = 30_000;

    private final LogSource source;
    private final EventLoop loop;
    private final Random random;
    private final ChangesConfig settings;
    private final int firstServerId;
    private final Publisher publisher;
    private final WriteListener writes;
    private final AtTheEnd end;
    private final Audience audience;
    private final Map<Subscriber, ResumePoint.Part> waiting = new LinkedHashMap<>();
    private final List<CatchUp> catchUps = new ArrayList<>();
    private final boolean[] readersTaken;
    private LogReader live;
    private LogPosition advanced;
    private ScheduledFuture<?> idle;
    private ScheduledFuture<?> advance;
    private volatile int readers;
    private boolean closed;

    ShardFeed(
            LogSource source,
            EventLoop loop,
            Random random,
            ChangesConfig settings,
            int firstServerId,
            ChangeBudget budget,
            WriteListener writes) {
        this.source = source;
        this.loop = loop;
        this.random = random;
        this.settings = settings;
        this.firstServerId = firstServerId;
        this.publisher = new Publisher(source.shard(), budget);
        this.writes = writes;
        this.end = new AtTheEnd();
        this.audience = end.audience();
        this.readersTaken = new boolean[settings.catchUpReaders()];
    }

    /** How many connections read this shard's log. */
    int readers() {
        return readers;
    }

    /** Takes a subscriber in; any thread. */
    void add(Subscriber subscriber, ResumePoint.Part from) {
        loop.execute(() -> {
            if (closed || subscriber.hasEnded()) {
                return;
            }
            waiting.put(subscriber, from);
            if (from != null) {
                subscriber.started(source.shard(), from.position());
            }
            if (idle != null) {
                idle.cancel(false);
                idle = null;
            }
            if (live == null) {
                startLive();
            } else {
                admit();
            }
            if (waiting.containsKey(subscriber) && from == null) {
                loop.schedule(() -> giveUp(subscriber), START_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void giveUp(Subscriber subscriber) {
        if (waiting.containsKey(subscriber)) {
            waiting.remove(subscriber);
            subscriber.fail(GatewayError.notExecuted("The changes of the table cannot be read: no server answers"));
            stopWhenIdle();
        }
    }

    /** Lets a subscriber go; any thread. */
    void remove(Subscriber subscriber) {
        loop.execute(() -> {
            waiting.remove(subscriber);
            audience.remove(subscriber);
            for (var catchUp : List.copyOf(catchUps)) {
                catchUp.remove(subscriber);
            }
            stopWhenIdle();
        });
    }

    private void startLive() {
        live = new LogReader(source, loop, random, firstServerId, null, audience, settings.transactionBytes(), end);
        live.start();
        advance = loop.scheduleAtFixedRate(this::advance, ADVANCE_MILLIS, ADVANCE_MILLIS, TimeUnit.MILLISECONDS);
        count();
    }

    private void count() {
        readers = (live == null ? 0 : 1) + catchUps.size();
    }

    /** Stops the reader some time after the last subscriber has gone, since the next one may come soon. */
    private void stopWhenIdle() {
        if (live != null && idle == null && audience.isEmpty() && waiting.isEmpty() && catchUps.isEmpty()) {
            idle = loop.schedule(this::stopLive, settings.idleMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void stopLive() {
        if (live != null) {
            live.close();
            live = null;
            advance.cancel(false);
        }
        idle = null;
        advanced = null;
        count();
    }

    /** Gives those who wait their place: at the log's end, or with a reader that begins at their position. */
    private void admit() {
        // Of a transaction that has begun, rows may have been passed over that nobody wanted until now.
        if (waiting.isEmpty() || live == null || !live.isFollowing() || live.isWithinTransaction()) {
            return;
        }
        var late = new LinkedHashMap<Subscriber, ResumePoint.Part>();
        for (var entry : List.copyOf(waiting.entrySet())) {
            var from = entry.getValue();
            var subscriber = entry.getKey();
            if (from == null || (from.begun() == null && from.position().equals(live.position()))) {
                waiting.remove(subscriber);
                audience.add(new Audience.Member(subscriber, null));
                if (from == null) {
                    subscriber.started(source.shard(), live.position());
                }
            } else {
                late.put(subscriber, from);
            }
        }
        int free = freeReader();
        if (!late.isEmpty() && free >= 0) {
            late.keySet().forEach(waiting::remove);
            var catchUp = new CatchUp(free, late);
            catchUps.add(catchUp);
            readersTaken[free] = true;
            count();
            catchUp.start();
        }
    }

    private int freeReader() {
        for (int i = 0; i < readersTaken.length; i++) {
            if (!readersTaken[i]) {
                return i;
            }
        }
        return -1;
    }

    private void advance() {
        if (live == null || live.position() == null || live.position().equals(advanced)) {
            return;
        }
        advanced = live.position();
        for (var member : audience.members()) {
            if (member.subscriber.queuedBytes() == 0) {
                member.subscriber.put(source.shard(), member.part(advanced));
            }
        }
    }

    void close() {
        loop.execute(() -> {
            closed = true;
            stopLive();
            if (idle != null) {
                idle.cancel(false);
            }
            List.copyOf(catchUps).forEach(CatchUp::end);
        });
    }

    /** What the reader at the log's end tells. */
    private final class AtTheEnd extends Telling {
        AtTheEnd() {
            super(publisher);
        }

        @Override
        void told() {
            admit();
        }

        @Override
        public void committed(LoggedTransaction transaction, LogPosition before, LogPosition after) {
            writes.logged(source.shard(), transaction.tables());
            super.committed(transaction, before, after);
        }

        @Override
        public void refused(String why) {
            for (var entry : List.copyOf(waiting.entrySet())) {
                if (entry.getValue() == null) {
                    waiting.remove(entry.getKey());
                    entry.getKey()
                            .fail(
                                    GatewayError.notExecuted(
                                            "The changes of the table cannot be followed; the gateway's log tells its operator why"));
                }
            }
            stopWhenIdle();
        }

        @Override
        public void lost(Loss loss) {
            stopLive();
            audience.loseAll(null, null, loss);
            if ((!waiting.isEmpty() || !catchUps.isEmpty()) && !closed) {
                startLive();
            }
        }
    }

    /** A reader from an older position, for those who have come with one. */
    private final class CatchUp extends Telling {
        private final int number;
        private final Audience late = audience();
        private final LogReader reader;
        private ScheduledFuture<?> stall;
        private boolean ended;

        CatchUp(int number, Map<Subscriber, ResumePoint.Part> members) {
            super(publisher);
            this.number = number;
            LogPosition from = null;
            for (var entry : members.entrySet()) {
                late.add(new Audience.Member(entry.getKey(), entry.getValue()));
                var position = entry.getValue().position();
                from = from == null ? position : from.intersection(position);
            }
            this.reader = new LogReader(
                    source, loop, random, firstServerId + 1 + number, from, late, settings.transactionBytes(), this);
        }

        void start() {
            reader.start();
        }

        void remove(Subscriber subscriber) {
            late.remove(subscriber);
            if (late.isEmpty()) {
                end();
            } else {
                readOn();
            }
        }

        @Override
        void told() {
            if (!joinIfLevel()) {
                waitForSlow();
            }
        }

        /** Hands its subscribers over to the reader at the log's end once nothing lies between. */
        private boolean joinIfLevel() {
            if (ended || live == null || live.position() == null || live.isWithinTransaction()) {
                return ended;
            }
            if (!reader.position().contains(live.position())) {
                return false;
            }
            for (var member : List.copyOf(late.members())) {
                late.remove(member.subscriber);
                audience.add(new Audience.Member(member.subscriber, member.part(reader.position())));
            }
            end();
            return true;
        }

        /** History can wait until those who read it have room; the end of the log cannot. */
        private void waitForSlow() {
            var crowded = crowded();
            if (crowded != null && stall == null) {
                reader.read(false);
                stall = loop.schedule(this::loseSlow, settings.stallMillis(), TimeUnit.MILLISECONDS);
                crowded.whenNotCrowded(() -> loop.execute(this::readOn));
            }
        }

        private Subscriber crowded() {
            return late.members().stream()
                    .map(member -> member.subscriber)
                    .filter(Subscriber::isCrowded)
                    .findFirst()
                    .orElse(null);
        }

        private void readOn() {
            if (ended || stall == null) {
                return;
            }
            var crowded = crowded();
            if (crowded != null) {
                crowded.whenNotCrowded(() -> loop.execute(this::readOn));
                return;
            }
            stall.cancel(false);
            stall = null;
            reader.read(true);
        }

        private void loseSlow() {
            for (var member : List.copyOf(late.members())) {
                if (member.subscriber.isCrowded()) {
                    late.remove(member.subscriber);
                    member.subscriber.lose(
                            Loss.slow(
                                    "The subscription has taken nothing for so long that the others behind the same position cannot wait"));
                }
            }
            if (late.isEmpty()) {
                end();
            } else {
                readOn();
            }
        }

        @Override
        public void refused(String why) {
            // Those who have a position wait until somebody has mended it.
        }

        @Override
        public void lost(Loss loss) {
            late.loseAll(null, null, loss);
            end();
        }

        private void end() {
            if (!ended) {
                ended = true;
                reader.close();
                if (stall != null) {
                    stall.cancel(false);
                }
                catchUps.remove(this);
                readersTaken[number] = false;
                count();
                if (!closed) {
                    admit();
                    stopWhenIdle();
                }
            }
        }
    }
}
