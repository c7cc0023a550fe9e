// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.TransactionRequest;
import com.workersql.server.session.Principal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Transactions over HTTP: {@code POST /v1/transactions} opens one, {@code POST /v1/transactions/{id}/commit} and {@code /rollback}
 * end it, and {@code POST /v1/transaction} does all of that by its body. The id is the token of the session.
 */
public final class TransactionRoutes {
    private final StatementDesk desk;
    private final SessionSettings settings;

    /**
     * The routes.
     *
     * @param desk runs the statements
     * @param settings the bounds of transactions
     */
    public TransactionRoutes(StatementDesk desk, SessionSettings settings) {
        this.desk = desk;
        this.settings = settings;
    }

    /**
     * Opens a transaction.
     *
     * @param exchange the request
     */
    public void begin(Exchange exchange) {
        desk.serve(exchange, principal -> begin(exchange, principal, read(exchange)));
    }

    /**
     * Ends the transaction of the path by COMMIT.
     *
     * @param exchange the request
     */
    public void commit(Exchange exchange) {
        desk.serve(exchange, principal -> end(exchange, principal, exchange.parameter(), "COMMIT"));
    }

    /**
     * Ends the transaction of the path by ROLLBACK.
     *
     * @param exchange the request
     */
    public void rollback(Exchange exchange) {
        desk.serve(exchange, principal -> end(exchange, principal, exchange.parameter(), "ROLLBACK"));
    }

    /**
     * Does what the body says.
     *
     * @param exchange the request
     */
    public void operation(Exchange exchange) {
        desk.serve(exchange, principal -> {
            var request = read(exchange);
            if (request.operation() == null) {
                throw Refusal.malformed("the member \"operation\" is missing");
            }
            if (request.operation().equals("BEGIN")) {
                begin(exchange, principal, request);
            } else if (request.transactionId() == null) {
                throw Refusal.malformed("the member \"transactionId\" is missing");
            } else {
                end(exchange, principal, request.transactionId(), request.operation());
            }
        });
    }

    private TransactionRequest read(Exchange exchange) throws Refusal {
        return exchange.body().isReadable()
                ? StatementDesk.body(exchange, desk.parser()::parseTransaction, TransactionRequest::unknownMembers)
                : desk.parser().parseTransaction(exchange.body());
    }

    private void begin(Exchange exchange, Principal principal, TransactionRequest request) throws Refusal {
        StatementDesk.refuseWhileDraining(exchange);
        var opened = desk.held()
                .open(principal, exchange.channel().eventLoop(), exchange.clientHost(), settings.transactionLimits());
        var script = new Control(exchange, opened.token(), request.openingStatements(), false);
        opened.queue()
                .add(new ScriptTask(
                        exchange,
                        desk.sessions(),
                        desk.limits(),
                        script,
                        opened.queue().session(),
                        exchange::refuse));
    }

    private void end(Exchange exchange, Principal principal, String token, String sql) throws Refusal {
        desk.runIn(exchange, principal, token, new Control(exchange, token, List.of(sql), true));
    }

    /** Statements that open or end a transaction; the last one, or the first that fails, answers the request. */
    private static final class Control implements Script {
        private final Exchange exchange;
        private final String token;
        private final Queue<String> statements;
        private final boolean ending;
        private boolean failed;

        Control(Exchange exchange, String token, List<String> statements, boolean ending) {
            this.exchange = exchange;
            this.token = token;
            this.statements = new ArrayDeque<>(statements);
            this.ending = ending;
        }

        @Override
        public Step next(boolean lastFailed) {
            failed = lastFailed;
            var sql = lastFailed ? null : statements.poll();
            return sql == null
                    ? null
                    : new Step(
                            new QueryRequest(sql, QueryRequest.Positional.NONE, 0, false, null),
                            AnswerDocument.Format.json(false),
                            new TransactionAnswer(exchange, token, statements.isEmpty()));
        }

        @Override
        public boolean endsSession() {
            return ending || failed;
        }
    }
}
