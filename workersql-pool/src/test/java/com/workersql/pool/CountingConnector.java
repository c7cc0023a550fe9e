// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A core and its connector, which opens and closes connections on event loops whose tasks a test runs as late as it likes. That there
 * are more connections than the limit, or one has two owners, is counted where it happens, and looked at in the end.
 */
final class CountingConnector implements Connector<CountingConnector.Owned> {
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger broken = new AtomicInteger();
    final EndpointCore<Owned> core;
    private final AtomicInteger threadIds = new AtomicInteger();
    private final int limit;

    /** A connection that counts its owners. */
    static final class Owned {
        private final AtomicInteger owners = new AtomicInteger();
    }

    /** An event loop: what it has to do. */
    static class Loop {
        private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();

        final void add(Runnable task) {
            inbox.add(task);
        }

        /** Whether there was anything. */
        final boolean runTasks() {
            var task = inbox.poll();
            boolean any = task != null;
            for (; task != null; task = inbox.poll()) {
                task.run();
            }
            return any;
        }
    }

    /** With a clock that stands still. */
    CountingConnector(int limit, PoolConfig.Builder config) {
        this.limit = limit;
        config.maxConnectionsPerEndpoint(limit)
                .keySwitchMillis(0)
                .nanoClock(() -> 1)
                .random(() -> 0);
        core = new EndpointCore<>(CoreFixture.ENDPOINT, config.build(), this, PoolListener.NONE, () -> {});
    }

    void own(Entry<Owned> entry) {
        if (entry.connection.owners.incrementAndGet() != 1) {
            broken.incrementAndGet();
        }
    }

    /** Its owner lets go of it; the core hears of it on the connection's own loop. */
    void giveBack(Loop owner, Entry<Owned> entry, boolean discard) {
        entry.connection.owners.decrementAndGet();
        Runnable task = discard ? () -> core.discard(entry, CloseReason.DISCARDED) : () -> core.release(entry);
        if (entry.loop == owner) {
            task.run();
        } else {
            ((Loop) entry.loop).add(task);
        }
    }

    @Override
    public void open(Entry<Owned> entry) {
        if (open.incrementAndGet() > limit) {
            broken.incrementAndGet();
        }
        ((Loop) entry.loop).add(() -> core.opened(entry, new Owned(), threadIds.incrementAndGet(), null));
    }

    @Override
    public void validate(Entry<Owned> entry) {
        ((Loop) entry.loop).add(() -> core.validated(entry, true));
    }

    @Override
    public void close(Entry<Owned> entry, CloseReason reason) {
        ((Loop) entry.loop).add(() -> {
            if (open.decrementAndGet() < 0) {
                broken.incrementAndGet();
            }
            core.closed(entry);
        });
    }
}
