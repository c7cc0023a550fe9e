// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.Unpooled;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One statement of a client over HTTP or a WebSocket from its start to the end of its answer, within its time. Confined to the session's event loop.
 * Never closes the session: who opened it does, at once when {@link #hasLostSession} says so.
 */
public final class QueryRun {
    private static final Logger LOG = LoggerFactory.getLogger(QueryRun.class);

    /** How long a statement that is being ended may take to answer that it was. */
    private static final int GRACE_MILLIS = 2_000;

    private static final int BACKSTOP_MILLIS = 100;

    private final QuerySessions sessions;
    private final ClientSession session;
    private final QueryRequest request;
    private final AnswerDocument.Format format;
    private final QueryOutput output;
    private final Limits limits;
    private final String requestId;
    private QueryReply reply;
    private Future<?> timer;
    private GatewayError stopError;
    private boolean ended;
    private boolean lostSession;

    /**
     * What bounds a statement.
     *
     * @param maxStatementMillis how long it may run when the request does not say less
     * @param maxRowBytes the largest row
     */
    public record Limits(int maxStatementMillis, int maxRowBytes) {}

    /**
     * A run that is not started.
     *
     * @param sessions runs the statement
     * @param session in which it runs; runs nothing else until the output has heard of the end
     * @param request the statement
     * @param format what its answer looks like
     * @param output takes the answer
     * @param limits its bounds
     * @param requestId part of the answer
     */
    public QueryRun(
            QuerySessions sessions,
            ClientSession session,
            QueryRequest request,
            AnswerDocument.Format format,
            QueryOutput output,
            Limits limits,
            String requestId) {
        this.sessions = sessions;
        this.session = session;
        this.request = request;
        this.format = format;
        this.output = output;
        this.limits = limits;
        this.requestId = requestId;
    }

    /** Starts; the output may hear of the end before this returns. */
    public void start() {
        Placeholders.BoundStatement bound;
        try {
            bound = Placeholders.bind(request, session.sqlModes());
        } catch (Refusal e) {
            ended = true;
            output.fail(e.error(), Unpooled.EMPTY_BUFFER);
            return;
        }
        int millis = request.timeoutMillis() > 0 ? request.timeoutMillis() : limits.maxStatementMillis();
        // On its way to a shard the statement knows best where its time went; elsewhere, this ends it a little later.
        session.timeLimitMillis(millis);
        timer = session.loop().schedule(() -> timeUp(millis), millis + BACKSTOP_MILLIS, TimeUnit.MILLISECONDS);
        reply = new QueryReply(
                session.loop(),
                output,
                new QueryReply.Options(format, !bound.values().isEmpty(), limits.maxRowBytes(), requestId),
                new QueryReply.Ending() {
                    @Override
                    public void ended() {
                        ended = true;
                        timer.cancel(false);
                        session.timeLimitMillis(0);
                    }

                    @Override
                    public GatewayError instead(GatewayError error) {
                        // What the shard's last word says of the statement outlives the reason for which it was ended.
                        return stopError == null ? error : stopError.withOutcome(error.outcome());
                    }

                    @Override
                    public void unacceptable(GatewayError error) {
                        stop(error);
                    }
                });
        session.onFault(this::giveUp);
        try {
            sessions.run(session, bound.sql(), bound.values(), reply);
        } catch (RuntimeException | Error e) {
            LOG.error("The statement of request {} failed", requestId, e);
            giveUp(GatewayError.internal(requestId));
        }
    }

    /**
     * The client reads slowly, or reads again.
     *
     * @param writable whether more rows are wanted
     */
    public void writable(boolean writable) {
        if (!ended && reply != null) {
            reply.reading(writable);
        }
    }

    /** Somebody ended the statement by KILL. */
    public void killed() {
        stop(GatewayError.interrupted());
    }

    private void timeUp(int millis) {
        stop(new GatewayError(
                3024,
                "HY000",
                "Query execution was interrupted, maximum statement execution time exceeded: it did not end within "
                        + millis + " ms, the time that \"timeout\" or http.max_statement_millis gives it",
                ErrorClass.TIMEOUT,
                Outcome.NOT_EXECUTED));
    }

    /**
     * Ends the statement on its shard; the output hears of it when the shard has said so, or after a grace time.
     *
     * @param error what the output is told, unless the statement has come to its end by itself
     */
    public void stop(GatewayError error) {
        if (ended || stopError != null || reply == null) {
            return;
        }
        stopError = error;
        timer.cancel(false);
        if (session.activity().running() == null) {
            // What waits for its turn has not run, and the session stays what it was; anything else is not to be relied
            // on.
            sessions.cancel(session);
            giveUp(error);
            return;
        }
        reply.discardRows();
        sessions.cancel(session);
        timer = session.loop()
                .schedule(
                        () -> giveUp(new GatewayError(
                                error.errno(),
                                error.sqlState(),
                                error.message() + "; its shard did not confirm the end",
                                error.errorClass(),
                                Outcome.UNKNOWN)),
                        GRACE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void giveUp(GatewayError error) {
        if (!ended) {
            lostSession = true;
            reply.giveUp(error);
        }
    }

    /** The client is gone: nobody waits for an answer. The session has to be closed, which kills the statement. */
    public void abandon() {
        if (!ended) {
            ended = true;
            lostSession = true;
            if (timer != null) {
                timer.cancel(false);
            }
            if (reply != null) {
                reply.abandon();
            }
            output.abandoned();
        }
    }

    /**
     * Whether the session still runs, or may still start, what the output was told has ended.
     *
     * @return true when the session must be closed
     */
    public boolean hasLostSession() {
        return lostSession;
    }
}
