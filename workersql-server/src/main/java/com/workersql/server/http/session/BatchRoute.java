// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.Route;
import com.workersql.server.http.query.BatchRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.Principal;

/** {@code POST /v1/batch}: several statements one after another in a session of their own, all or none of them where so asked. */
public final class BatchRoute implements Route {
    private final StatementDesk desk;
    private final Once once;

    /** Runs batches that are to run once. */
    @FunctionalInterface
    public interface Once {
        /**
         * Runs a batch once, where the request asks for that.
         *
         * @param exchange the request
         * @param principal who asks
         * @param batch the statements
         * @return false when it is to run as any other
         * @throws Refusal the answer to the request
         */
        boolean take(Exchange exchange, Principal principal, BatchRequest batch) throws Refusal;
    }

    /**
     * The route.
     *
     * @param desk runs the statements
     * @param once runs those that are to run once
     */
    public BatchRoute(StatementDesk desk, Once once) {
        this.desk = desk;
        this.once = once;
    }

    @Override
    public void handle(Exchange exchange) {
        desk.serve(exchange, principal -> {
            var batch = StatementDesk.body(exchange, desk.parser()::parseBatch, BatchRequest::unknownMembers);
            if (once.take(exchange, principal, batch)) {
                return;
            }
            var answer = new BatchAnswer(exchange, desk.settings().heldAnswerBytes());
            desk.runAlone(
                    exchange,
                    principal,
                    new BatchScript(batch, answer, exchange.channel().eventLoop()));
        });
    }
}
