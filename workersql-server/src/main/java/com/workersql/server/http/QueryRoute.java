// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.http.idempotency.IdempotentWrites;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.RequestDocument;
import com.workersql.server.http.session.Script;
import com.workersql.server.http.session.StatementDesk;
import com.workersql.server.session.Principal;

/**
 * {@code POST /v1/query}: one statement, its rows streamed; in a session of its own, or in the transaction that the body or the
 * path names.
 */
final class QueryRoute implements Route {
    private final StatementDesk desk;
    private final IdempotentWrites writes;

    QueryRoute(StatementDesk desk, IdempotentWrites writes) {
        this.desk = desk;
        this.writes = writes;
    }

    @Override
    public void handle(Exchange exchange) {
        desk.serve(exchange, principal -> {
            var document = StatementDesk.body(exchange, desk.parser()::parse, RequestDocument::unknownMembers);
            var request = desk.traced(exchange, document.query());
            var form = AnswerForm.of(exchange.request().headers());
            var token = exchange.parameter() != null ? exchange.parameter() : request.transactionId();
            if (token == null) {
                if (!writes.take(exchange, principal, request)) {
                    runAlone(exchange, principal, request, form);
                }
            } else {
                IdempotentWrites.refuseKey(exchange, principal);
                var answer = new HeldAnswer(
                        exchange, form.contentType(), desk.settings().heldAnswerBytes(), () -> {});
                var step = new Script.Step(request, form.format(request.rowsAsArrays()), answer);
                desk.runIn(exchange, principal, token, Script.of(step, () -> false));
            }
        });
    }

    /** The way of most requests: session and connection are on one event loop, so that nothing has to cross over. */
    private void runAlone(Exchange exchange, Principal principal, QueryRequest request, AnswerForm form) {
        var sessions = desk.sessions();
        var session = sessions.open(principal, exchange.channel().eventLoop(), exchange.clientHost());
        var answer = new HeldAnswer(
                exchange, form.contentType(), desk.settings().heldAnswerBytes(), () -> sessions.close(session));
        var run = new QueryRun(
                sessions,
                session,
                request,
                form.format(request.rowsAsArrays()),
                answer,
                desk.limits(),
                exchange.requestId());
        sessions.onKill(session, wholeSession -> run.killed());
        exchange.onWritability(run::writable);
        exchange.onGone(run::abandon);
        run.start();
    }
}
