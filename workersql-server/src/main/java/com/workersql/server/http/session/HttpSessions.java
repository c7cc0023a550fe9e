// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.SessionQueue;
import com.workersql.server.http.query.SessionTask;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The sessions of this gateway that outlive a request, by their tokens. A session lives on the event loop of the connection that
 * opened it; requests on other connections cross over. Of one that has ended, the reason is remembered for a while, so that who
 * comes too late learns why. Safe for all threads.
 */
public final class HttpSessions {
    private static final int REMEMBERED = 10_000;

    private final QuerySessions sessions;
    private final SessionTokens tokens;
    private final SessionSettings settings;
    private final IntFunction<URI> peers;
    private final Map<String, Open> open = new ConcurrentHashMap<>();
    /** How many are open of each user who has any: tokens may name any number of users. */
    private final Map<String, Integer> byUser = new ConcurrentHashMap<>();

    private final Map<String, Ended> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Ended> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Open(SessionQueue queue, EventLoop loop) {}

    private record Ended(GatewayError why) {}

    /**
     * A session that was opened.
     *
     * @param token names it from here on
     * @param queue runs what is asked of it; on the event loop that it was opened on
     */
    public record Opened(String token, SessionQueue queue) {}

    /**
     * Sessions.
     *
     * @param sessions opens them and runs their statements
     * @param tokens names them
     * @param settings their bounds
     * @param peers the address of another gateway; null when it is not known
     * @param registry takes their number
     */
    public HttpSessions(
            QuerySessions sessions,
            SessionTokens tokens,
            SessionSettings settings,
            IntFunction<URI> peers,
            MeterRegistry registry) {
        this.sessions = sessions;
        this.peers = peers;
        this.tokens = tokens;
        this.settings = settings;
        Gauge.builder("workersql.http.sessions", open, Map::size)
                .description("Open sessions and transactions that outlive their requests")
                .register(registry);
    }

    /**
     * Opens a session.
     *
     * @param principal who it acts for
     * @param loop owns it; the caller is on it
     * @param clientHost where the client is
     * @param limits its bounds
     * @return for the client's first task
     * @throws Refusal when this user, or the gateway, has as many as it may have
     */
    public Opened open(Principal principal, EventLoop loop, String clientHost, SessionQueue.Limits limits)
            throws Refusal {
        return keep(principal, sessions.open(principal, loop, clientHost), limits);
    }

    /**
     * Keeps a session that a request has opened and left with state in it.
     *
     * @param principal who it acts for
     * @param session the session; owned by its queue from here, or closed when it is refused
     * @param limits its bounds
     * @return its token and queue
     * @throws Refusal when this user, or the gateway, has as many as it may have
     */
    public Opened keep(Principal principal, ClientSession session, SessionQueue.Limits limits) throws Refusal {
        var user = principal.identity();
        int own = byUser.merge(user, 1, Integer::sum);
        if (own > settings.maxSessionsPerUser() || open.size() >= settings.maxSessions()) {
            left(user);
            sessions.close(session);
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This user has " + (own - 1) + " open sessions and the gateway " + open.size()
                            + "; allowed are " + settings.maxSessionsPerUser() + " and " + settings.maxSessions()
                            + " (http.sessions.max_sessions_per_user, http.sessions.max_sessions)"));
        }
        var id = tokens.newId();
        var queue = new SessionQueue(session, sessions, limits, why -> {
            open.remove(id);
            left(user);
            synchronized (ended) {
                ended.put(id, new Ended(why));
            }
        });
        open.put(id, new Open(queue, session.loop()));
        return new Opened(tokens.token(id, user), queue);
    }

    private void left(String user) {
        byUser.computeIfPresent(user, (name, count) -> count > 1 ? count - 1 : null);
    }

    /** How many users have sessions. */
    int users() {
        return byUser.size();
    }

    /**
     * Runs a task in a session.
     *
     * @param token names the session
     * @param principal who asks
     * @param task makes the task for the session; called on the caller's thread
     * @throws Refusal when there is no such session of this user: 3101 with the reason when it has ended, 404 elsewhere, 421
     *     when it lives on another gateway
     */
    public void run(String token, Principal principal, Function<ClientSession, SessionTask> task) throws Refusal {
        var named = tokens.read(token, principal.identity());
        if (named == null) {
            throw unknown();
        }
        if (named.gateway() != tokens.gateway()) {
            throw new Refusal(Refusal.error(ErrorClass.MISDIRECTED, elsewhere(named.gateway())));
        }
        var found = open.get(named.id());
        if (found == null) {
            throw gone(named.id());
        }
        var made = task.apply(found.queue().session());
        if (found.loop().inEventLoop()) {
            found.queue().add(made);
        } else {
            found.loop().execute(() -> {
                try {
                    found.queue().add(made);
                } catch (Refusal e) {
                    made.refuse(e.error());
                }
            });
        }
    }

    /**
     * The gateway on which the session of a token lives.
     *
     * @param token anything
     * @param principal who sent it
     * @return the number of this gateway also for a token that is forged or another user's
     */
    public int home(String token, Principal principal) {
        var named = tokens.read(token, principal.identity());
        return named == null ? tokens.gateway() : named.gateway();
    }

    /**
     * Whether a token was made for a user, by a gateway with the same key.
     *
     * @param token anything
     * @param principal who sent it
     * @return false for a token that is forged or another user's
     */
    public boolean isOwn(String token, Principal principal) {
        return tokens.read(token, principal.identity()) != null;
    }

    private Refusal gone(String id) {
        Ended end;
        synchronized (ended) {
            end = ended.get(id);
        }
        return end != null && end.why() != null ? new Refusal(end.why()) : unknown();
    }

    private String elsewhere(int gateway) {
        var address = peers.apply(gateway);
        return "The session lives on gateway " + gateway
                + (address == null ? ", whose address is not known here" : ", at " + address);
    }

    private static Refusal unknown() {
        return new Refusal(
                Refusal.error(ErrorClass.NOT_FOUND, "There is no such transaction of this user, or no longer"));
    }
}
