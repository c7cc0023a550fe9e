// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.server.error.GatewayError;
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
import java.util.function.Predicate;
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
    private final PeerSessions peers;
    private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();

    /**
     * A session that is open.
     *
     * @param session the session; only its id and principal are read on other threads than its own
     * @param kill ends its running statement (false) or the whole session (true); may be called on any thread
     */
    public record Entry(ClientSession session, Consumer<Boolean> kill) {}

    /**
     * A registry.
     *
     * @param gatewayNumber which of several gateways this is, 0 to {@link #MAX_GATEWAY_NUMBER}
     * @param peers the sessions whose ids carry another number
     */
    public SessionRegistry(int gatewayNumber, PeerSessions peers) {
        if (gatewayNumber < 0 || gatewayNumber > MAX_GATEWAY_NUMBER) {
            throw new IllegalArgumentException(
                    "the gateway's number is " + gatewayNumber + ", allowed are 0 to " + MAX_GATEWAY_NUMBER);
        }
        this.gatewayNumber = gatewayNumber;
        this.peers = peers;
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
     * Ends a session that the caller may end, or its running statement, on whichever gateway it is.
     *
     * @param id what the caller takes for its id
     * @param queryOnly whether the session stays
     * @param callerTenant whose session asks; null for a user without a tenant
     * @param loop the caller's, on which the answer arrives, now or later
     * @param answer takes null before the session is told to end, or the error
     */
    public void kill(long id, boolean queryOnly, String callerTenant, EventLoop loop, Consumer<GatewayError> answer) {
        boolean isId = id > 0 && id <= Integer.MAX_VALUE;
        if (isId && gatewayOf(id) != gatewayNumber) {
            peers.kill((int) id, queryOnly, callerTenant, loop, answer);
            return;
        }
        var entry = isId ? find((int) id, callerTenant) : null;
        if (entry == null) {
            answer.accept(unknown(id, ""));
        } else {
            answer.accept(null);
            entry.kill().accept(!queryOnly);
        }
    }

    /**
     * There is no such session, or none of the caller's tenant.
     *
     * @param id what was taken for its id, as an unsigned number
     * @param remark what else there is to say; begins by a separator, or is empty
     * @return 1094
     */
    public static GatewayError unknown(long id, String remark) {
        return GatewayError.refused(1094, "HY000", "Unknown thread id: " + Long.toUnsignedString(id) + remark);
    }

    /**
     * Ends all sessions of a tenant.
     *
     * @param tenant whose sessions
     * @return how many were told to end
     */
    public int cut(String tenant) {
        var own = sessionsOf(principal -> tenant.equals(principal.tenant()));
        cut(own);
        return own.size();
    }

    /**
     * The sessions of some clients.
     *
     * @param whose by who they are
     * @return those that are open at the moment
     */
    public List<Entry> sessionsOf(Predicate<Principal> whose) {
        return sessions.values().stream()
                .filter(entry -> whose.test(entry.session().principal()))
                .toList();
    }

    /**
     * Ends sessions, as KILL does.
     *
     * @param entries of which those are left alone that are not open any more
     */
    public void cut(List<Entry> entries) {
        entries.stream()
                .filter(entry -> entry.equals(sessions.get(entry.session().id())))
                .forEach(entry -> entry.kill().accept(true));
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
