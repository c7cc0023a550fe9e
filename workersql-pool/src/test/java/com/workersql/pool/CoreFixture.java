// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A core with a clock that stands still and a connector that answers when a test says so; all on the test's thread. */
final class CoreFixture implements Connector<String> {
    static final Endpoint ENDPOINT = new Endpoint("db", 3306);
    static final Object LOOP_1 = "loop 1";
    static final Object LOOP_2 = "loop 2";
    static final PoolKey KEY_A = key("a");
    static final PoolKey KEY_B = key("b");

    final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    final List<Entry<String>> opening = new ArrayList<>();
    final List<Entry<String>> validating = new ArrayList<>();
    final List<Entry<String>> closing = new ArrayList<>();
    final List<CloseReason> closeReasons = new ArrayList<>();
    final EndpointCore<String> core;
    boolean closesAtOnce = true;
    boolean terminated;
    /** Thrown when the next connection is handed out. */
    Error fault;

    long lastThreadId;

    CoreFixture(PoolConfig.Builder config) {
        config.nanoClock(clock::get).random(() -> 0);
        var listener = new PoolListener() {
            @Override
            public void acquired(Endpoint endpoint, AcquireSource source, long waitedNanos) {
                var thrown = fault;
                fault = null;
                if (thrown != null) {
                    throw thrown;
                }
            }
        };
        core = new EndpointCore<>(ENDPOINT, config.build(), this, listener, () -> terminated = true);
    }

    static PoolKey key(String user) {
        return new PoolKey(
                ENDPOINT, BackendAccount.of(user, "", null), null, CapabilityFlags.NONE, TlsMode.DISABLED, 45);
    }

    static PoolKey key(String user, String tenant) {
        return new PoolKey(
                ENDPOINT, BackendAccount.of(user, "", null), tenant, CapabilityFlags.NONE, TlsMode.DISABLED, 45);
    }

    TestWaiter submit(PoolKey key, Object loop) {
        var waiter = new TestWaiter(key, loop, clock.get());
        core.submit(waiter);
        return waiter;
    }

    /** Opens and lends a connection. */
    Entry<String> borrow(PoolKey key, Object loop) {
        var now = core.acquireNow(key, loop, c -> ConnectionPreference.PERFECT);
        if (now != null) {
            return now;
        }
        var waiter = submit(key, loop);
        if (waiter.entry == null) {
            finishOpening();
        }
        return waiter.entry;
    }

    /** Borrows a connection that was idle for long and proves alive. */
    Entry<String> borrowChecked(PoolKey key, Object loop) {
        var waiter = submit(key, loop);
        finishValidating(true);
        return waiter.entry;
    }

    void finishOpening() {
        finishOpening(null);
    }

    void finishOpening(ServerIdentity identity) {
        var entry = opening.remove(0);
        core.opened(entry, "connection of " + entry.key.account().user(), ++lastThreadId, identity);
    }

    void failOpening() {
        var entry = opening.remove(0);
        core.openFailed(
                entry,
                new BackendUnavailableException(
                        ENDPOINT, BackendUnavailableException.Reason.REFUSED, 0, null, "refused", null));
    }

    void finishValidating(boolean alive) {
        core.validated(validating.remove(0), alive);
    }

    void advanceMillis(long millis) {
        clock.addAndGet(millis * 1_000_000);
    }

    @Override
    public void open(Entry<String> entry) {
        opening.add(entry);
    }

    @Override
    public void validate(Entry<String> entry) {
        validating.add(entry);
    }

    @Override
    public void close(Entry<String> entry, CloseReason reason) {
        closeReasons.add(reason);
        if (closesAtOnce) {
            core.closed(entry);
        } else {
            closing.add(entry);
        }
    }

    /** The preference of whoever takes any connection. */
    static int any(String connection) {
        return ConnectionPreference.PERFECT;
    }

    static final class TestWaiter extends Waiter<String> {
        Entry<String> entry;
        AcquireSource source;
        PoolException failure;
        Throwable fault;

        TestWaiter(PoolKey key, Object loop, long startNanos) {
            super(key, loop, startNanos, startNanos + 1_000_000_000);
        }

        @Override
        void acquired(Entry<String> acquired, AcquireSource from) {
            entry = acquired;
            source = from;
        }

        @Override
        void failed(Throwable cause) {
            if (cause instanceof PoolException known) {
                failure = known;
            } else {
                fault = cause;
            }
        }
    }
}
