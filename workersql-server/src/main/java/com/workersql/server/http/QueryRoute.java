// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestParser;
import com.workersql.server.session.Principal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;

/** {@code POST /v1/query}: one statement in a session of its own, its rows streamed. */
final class QueryRoute implements Route {
    private static final String JSON = "application/json";

    private final QuerySessions sessions;
    private final RequestParser parser;
    private final AuthenticationGate gate;
    private final HttpSettings settings;

    QueryRoute(QuerySessions sessions, RequestParser parser, AuthenticationGate gate, HttpSettings settings) {
        this.sessions = sessions;
        this.parser = parser;
        this.gate = gate;
        this.settings = settings;
    }

    @Override
    public void handle(Exchange exchange) {
        gate.authenticate(exchange, principal -> {
            try {
                run(
                        exchange,
                        principal,
                        request(exchange),
                        AnswerForm.of(exchange.request().headers()));
            } catch (Refusal e) {
                exchange.refuse(e.error());
            }
        });
    }

    private QueryRequest request(Exchange exchange) throws Refusal {
        var headers = exchange.request().headers();
        checkMedia(headers);
        var document = parser.parse(exchange.body());
        if (!document.unknownMembers().isEmpty() && isStrict(headers)) {
            throw Refusal.malformed(
                    "unknown member \"" + document.unknownMembers().get(0) + "\"");
        }
        var request = document.query();
        if (request.transactionId() != null) {
            throw Refusal.unsupported(
                    "\"transactionId\": a transaction lives on a WebSocket (/v1/ws), not on single requests");
        }
        return request;
    }

    /** A page of another site can send forms and plain text without being asked for leave, but not this. */
    private static void checkMedia(HttpHeaders headers) throws Refusal {
        var type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
        int end = type.indexOf(';');
        var media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (!media.equals(JSON)) {
            throw new Refusal(
                    Refusal.error(ErrorClass.MEDIA_TYPE, "The body must be application/json, in Content-Type"));
        }
        var coding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!coding.equalsIgnoreCase("identity")) {
            throw new Refusal(Refusal.error(ErrorClass.MEDIA_TYPE, "The body must not have a Content-Encoding"));
        }
    }

    private static boolean isStrict(HttpHeaders headers) {
        return headers.getAll("prefer").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("handling=strict"));
    }

    private void run(Exchange exchange, Principal principal, QueryRequest request, AnswerForm form) {
        var session = sessions.open(principal, exchange.channel().eventLoop(), exchange.clientHost());
        var answer =
                new HeldAnswer(exchange, form.contentType(), settings.heldAnswerBytes(), () -> sessions.close(session));
        var run = new QueryRun(
                sessions,
                session,
                request,
                form.format(request.rowsAsArrays()),
                answer,
                new QueryRun.Limits(settings.maxStatementMillis(), settings.maxRowBytes()),
                exchange.requestId());
        sessions.onKill(session, wholeSession -> run.killed());
        exchange.onWritability(run::writable);
        exchange.onGone(run::abandon);
        run.start();
    }
}
