// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.Route;

/** {@code POST /v1/batch}: several statements one after another in a session of their own, all or none of them where so asked. */
public final class BatchRoute implements Route {
    private final StatementDesk desk;

    /**
     * The route.
     *
     * @param desk runs the statements
     */
    public BatchRoute(StatementDesk desk) {
        this.desk = desk;
    }

    @Override
    public void handle(Exchange exchange) {
        desk.serve(exchange, principal -> {
            var headers = exchange.request().headers();
            JsonBodies.checkMedia(headers);
            var batch = desk.parser().parseBatch(exchange.body());
            JsonBodies.checkUnknown(headers, batch.unknownMembers());
            var answer = new BatchAnswer(exchange, desk.settings().heldAnswerBytes());
            desk.runAlone(
                    exchange,
                    principal,
                    new BatchScript(batch, answer, exchange.channel().eventLoop()));
        });
    }
}
