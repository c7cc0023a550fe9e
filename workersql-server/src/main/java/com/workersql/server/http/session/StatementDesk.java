// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.HttpSettings;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.query.KeptOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestParser;
import com.workersql.server.http.query.TextRows;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What all paths that run statements share: who asks is proved, what is asked is read, and it runs in a session of its own or in
 * one that was opened before. Safe for all threads.
 *
 * @param sessions run the statements
 * @param held the sessions that outlive a request
 * @param parser reads bodies
 * @param gate proves who a request comes from, or answers it
 * @param settings the limits
 * @param passage passes requests on to the gateways of their sessions
 * @param traceComments whether shards are told of a request's trace
 */
public record StatementDesk(
        QuerySessions sessions,
        HttpSessions held,
        RequestParser parser,
        BiConsumer<Exchange, Consumer<Principal>> gate,
        HttpSettings settings,
        Passage passage,
        boolean traceComments) {
    /** What may be refused while a request is looked at. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does the work.
         *
         * @param principal who asks
         * @throws Refusal the answer to the request
         */
        void run(Principal principal) throws Refusal;
    }

    /**
     * Proves who asks, then does the work; what it refuses is the answer.
     *
     * @param exchange the request
     * @param work on the exchange's event loop
     */
    public void serve(Exchange exchange, Work work) {
        gate.accept(exchange, principal -> {
            try {
                work.run(principal);
            } catch (Refusal e) {
                exchange.refuse(e.error());
            }
        });
    }

    /**
     * Takes a body apart.
     *
     * @param <T> what it comes to
     */
    @FunctionalInterface
    public interface Reading<T> {
        /**
         * Reads it.
         *
         * @param utf8 the body
         * @return what it holds
         * @throws Refusal the answer to the request
         */
        T read(ByteBuf utf8) throws Refusal;
    }

    /**
     * Reads the body of a request, which is JSON.
     *
     * @param <T> what it comes to
     * @param exchange the request
     * @param reading takes it apart
     * @param unknownMembers what it holds that means nothing
     * @return never null
     * @throws Refusal when it is of another type, or not acceptable
     */
    public static <T> T body(Exchange exchange, Reading<T> reading, Function<T, List<String>> unknownMembers)
            throws Refusal {
        var headers = exchange.request().headers();
        JsonBodies.checkMedia(headers);
        var document = reading.read(exchange.body());
        JsonBodies.checkUnknown(headers, unknownMembers.apply(document));
        return document;
    }

    /**
     * A statement as it goes to the shard.
     *
     * @param exchange the request
     * @param request what it asks for
     * @return the same, with the trace of the request in a comment where that is wanted
     */
    public QueryRequest traced(Exchange exchange, QueryRequest request) {
        return traceComments ? request.withSql(exchange.traced(request.sql())) : request;
    }

    /**
     * The bounds of each statement.
     *
     * @return never null
     */
    public QueryRun.Limits limits() {
        return new QueryRun.Limits(settings.maxStatementMillis(), settings.maxRowBytes());
    }

    /**
     * Runs a script in a session of its own, which ends with it.
     *
     * @param exchange the request
     * @param principal who asks
     * @param script what to run
     */
    public void runAlone(Exchange exchange, Principal principal, Script script) {
        runAlone(exchange, principal, script, () -> {});
    }

    /**
     * Runs a script in a session of its own, which ends with it.
     *
     * @param exchange the request
     * @param principal who the session acts for
     * @param script what to run
     * @param ended called behind the last statement, also when the client has gone meanwhile
     */
    public void runAlone(Exchange exchange, Principal principal, Script script, Runnable ended) {
        var session = sessions.open(principal, exchange.channel().eventLoop(), exchange.clientHost());
        var task = new ScriptTask(exchange, sessions, limits(), script, session, exchange::refuse);
        sessions.onKill(session, wholeSession -> task.killed());
        task.start(session, () -> {
            sessions.close(session);
            ended.run();
        });
    }

    /** Takes a short result. */
    @FunctionalInterface
    public interface Answer {
        /**
         * Answers the request by it.
         *
         * @param rows texts, null where SQL says NULL
         * @throws Refusal the answer to the request
         */
        void take(List<String[]> rows) throws Refusal;
    }

    /**
     * Asks something in a session of its own; a failure is the answer to the request.
     *
     * @param exchange the request
     * @param principal who the session acts for
     * @param request without parameters
     * @param maxRows what is beyond them is left out
     * @param answer takes the rows, unless the client has gone meanwhile
     */
    public void ask(Exchange exchange, Principal principal, QueryRequest request, int maxRows, Answer answer) {
        var output = new KeptOutput(0);
        var rows = new ArrayList<String[]>();
        var step = new Script.Step(request, TextRows.format(maxRows, rows::addAll), output);
        runAlone(exchange, principal, Script.of(step, () -> true), () -> {
            if (exchange.isOver()) {
                return;
            }
            if (output.error() != null) {
                exchange.refuse(output.error());
                return;
            }
            try {
                answer.take(rows);
            } catch (Refusal e) {
                exchange.refuse(e.error());
            }
        });
    }

    /**
     * Runs a script in the session that a token names, or passes the request on to the session's gateway.
     *
     * @param exchange the request
     * @param principal who asks
     * @param token what the client gave
     * @param script what to run
     * @throws Refusal when there is no such session
     */
    public void runIn(Exchange exchange, Principal principal, String token, Script script) throws Refusal {
        if (passOn(exchange, principal, token, exchange::refuse)) {
            return;
        }
        held.run(
                token,
                principal,
                session -> new ScriptTask(exchange, sessions, limits(), script, session, exchange::refuse));
    }

    /**
     * Passes a request on to the gateway of its session.
     *
     * @param exchange the request
     * @param principal who asks
     * @param token names the session
     * @param failed answers the request when nothing came back
     * @return false when the session is this gateway's, or its gateway is not known here
     */
    public boolean passOn(Exchange exchange, Principal principal, String token, Consumer<GatewayError> failed) {
        return passage.take(exchange, held.home(token, principal), failed);
    }

    /** Passes requests on to other gateways. */
    @FunctionalInterface
    public interface Passage {
        /**
         * Passes a request on, and answers it by what comes back.
         *
         * @param exchange the request
         * @param gateway the number of the gateway that it belongs to
         * @param failed answers the request when nothing came back; on the exchange's event loop
         * @return false, with nothing done, when that is this one, or one that is not known here
         */
        boolean take(Exchange exchange, int gateway, Consumer<GatewayError> failed);
    }

    /**
     * Refuses what needs more than one request, while the gateway is stopping.
     *
     * @param exchange the request
     * @throws Refusal 1053 once so
     */
    public static void refuseWhileDraining(Exchange exchange) throws Refusal {
        if (exchange.isDraining()) {
            throw new Refusal(GatewayError.draining());
        }
    }
}
