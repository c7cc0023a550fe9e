// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The sessions of this gateway by their ids, so that KILL, PROCESSLIST and the drain find them. An id carries the gateway's number
 * in its highest byte, so that a KILL that reaches another gateway tells whose session it means. Safe for all threads.
 */
public final class SessionRegistry {
    /** The largest number that a gateway may have. */
    public static final int MAX_GATEWAY_NUMBER = 127;

    private static final int NUMBER_SHIFT = 24;
    private static final int COUNTER_MASK = (1 << NUMBER_SHIFT) - 1;

    private final int gatewayNumber;
    private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();

    /**
     * A session that is open.
     *
     * @param session the session; only its id and principal are read on other threads than its own
     * @param kill ends its running statement (false) or the whole session (true); may be called on any thread
     */
    public record Entry(ClientSession session, Consumer<Boolean> kill) {}

    /** A registry of a gateway that has no peers. */
    public SessionRegistry() {
        this(0);
    }

    /**
     * A registry.
     *
     * @param gatewayNumber which of several gateways this is, 0 to {@link #MAX_GATEWAY_NUMBER}
     */
    public SessionRegistry(int gatewayNumber) {
        if (gatewayNumber < 0 || gatewayNumber > MAX_GATEWAY_NUMBER) {
            throw new IllegalArgumentException(
                    "the gateway's number is " + gatewayNumber + ", allowed are 0 to " + MAX_GATEWAY_NUMBER);
        }
        this.gatewayNumber = gatewayNumber;
    }

    /**
     * The gateway that gave out an id.
     *
     * @param id a session's id
     * @return its number
     */
    public static int gatewayOf(long id) {
        return (int) (id >>> NUMBER_SHIFT);
    }

    /**
     * Which of several gateways this is.
     *
     * @return the number in the ids of its sessions
     */
    public int gatewayNumber() {
        return gatewayNumber;
    }

    /**
     * A new id.
     *
     * @return positive; no open session has it
     */
    public int nextId() {
        while (true) {
            int counter = lastId.updateAndGet(last -> last == COUNTER_MASK ? 1 : last + 1);
            int id = gatewayNumber << NUMBER_SHIFT | counter;
            if (!sessions.containsKey(id)) {
                return id;
            }
        }
    }

    /**
     * Enters an open session, in the place of an earlier one of the same id.
     *
     * @param entry with an id of {@link #nextId}
     */
    public void add(Entry entry) {
        sessions.put(entry.session().id(), entry);
    }

    /**
     * Takes a session out, unless another one has its id by now.
     *
     * @param entry the session
     */
    public void remove(Entry entry) {
        sessions.remove(entry.session().id(), entry);
    }

    /**
     * Takes a session out.
     *
     * @param id its id
     */
    public void remove(int id) {
        sessions.remove(id);
    }

    /**
     * Finds a session that the caller may end: one of the same tenant, or any for a user without a tenant.
     *
     * @param id the session's id
     * @param callerTenant whose session asks; null for a user without a tenant
     * @return null when there is none; whether another tenant has one by that id cannot be told apart from that
     */
    public Entry find(int id, String callerTenant) {
        var entry = sessions.get(id);
        return entry != null && isOwn(entry, callerTenant) ? entry : null;
    }

    /**
     * Ends all sessions of a tenant.
     *
     * @param tenant whose sessions
     * @return how many were told to end
     */
    public int cut(String tenant) {
        var own = sessions.values().stream()
                .filter(entry -> tenant.equals(entry.session().principal().tenant()))
                .toList();
        own.forEach(entry -> entry.kill().accept(true));
        return own.size();
    }

    private static boolean isOwn(Entry entry, String callerTenant) {
        return callerTenant == null
                || callerTenant.equals(entry.session().principal().tenant());
    }

    /**
     * Looks at all sessions that the caller may end, each on its own event loop.
     *
     * @param callerTenant whose session asks; null for a user without a tenant
     * @param nowNanos the gateway's monotonic clock
     * @param loop where the answer arrives
     * @param then takes the sessions by their ids
     */
    public void views(String callerTenant, long nowNanos, EventLoop loop, Consumer<List<SessionView>> then) {
        var byLoop = sessions.values().stream()
                .filter(entry -> isOwn(entry, callerTenant))
                .map(Entry::session)
                .collect(Collectors.groupingBy(ClientSession::loop));
        var views = new ConcurrentLinkedQueue<SessionView>();
        var due = new AtomicInteger(byLoop.size());
        if (byLoop.isEmpty()) {
            then.accept(List.of());
        }
        byLoop.forEach((owner, own) -> {
            Runnable look = () -> {
                own.forEach(session -> views.add(SessionView.of(session, nowNanos)));
                arrived(due, views, loop, then);
            };
            try {
                owner.execute(look);
            } catch (RejectedExecutionException e) {
                // Its sessions have ended with their loop.
                arrived(due, views, loop, then);
            }
        });
    }

    private static void arrived(
            AtomicInteger due, Queue<SessionView> views, EventLoop loop, Consumer<List<SessionView>> then) {
        if (due.decrementAndGet() == 0) {
            var sorted = new ArrayList<>(views);
            sorted.sort(Comparator.comparingInt(SessionView::id));
            loop.execute(() -> then.accept(sorted));
        }
    }

    /**
     * How many sessions are open that the caller may end.
     *
     * @param callerTenant whose session asks; null for a user without a tenant
     * @return a momentary count
     */
    public long count(String callerTenant) {
        return sessions.values().stream()
                .filter(entry -> isOwn(entry, callerTenant))
                .count();
    }

    /**
     * How many sessions are open.
     *
     * @return a momentary count
     */
    public int size() {
        return sessions.size();
    }
}
