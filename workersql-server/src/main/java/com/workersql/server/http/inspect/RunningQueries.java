// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.inspect;

import com.workersql.router.PermissionClass;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.session.StatementDesk;
import com.workersql.server.session.Principal;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/**
 * {@code GET /v1/queries} and {@code DELETE /v1/queries/{id}}: what runs for the caller at this moment, by whatever door it came,
 * and its end. Who has the permission {@code admin} sees what runs for its whole tenant.
 */
public final class RunningQueries {
    private static final String LIST = "SHOW GATEWAY SESSIONS";
    private static final int MAX_ROWS = 100_000;
    // id, user, host, schema, state, millis, shard, pinned_by, statement
    private static final List<String> MEMBERS =
            List.of("id", "user", "host", "schema", "", "millis", "shard", "", "statement");
    private static final int ID = 0;
    private static final int USER = 1;
    private static final int STATE = 4;
    private static final int STATEMENT = 8;

    private final StatementDesk desk;

    /**
     * The routes.
     *
     * @param desk asks the gateway
     */
    public RunningQueries(StatementDesk desk) {
        this.desk = desk;
    }

    /**
     * What runs.
     *
     * @param exchange the request
     */
    public void list(Exchange exchange) {
        desk.serve(
                exchange,
                principal -> own(exchange, principal, rows -> RowObjects.answer(exchange, "queries", MEMBERS, rows)));
    }

    /**
     * Ends the statement of the path, and not its session.
     *
     * @param exchange the request
     */
    public void cancel(Exchange exchange) {
        desk.serve(
                exchange,
                principal -> own(exchange, principal, rows -> {
                    var id = exchange.parameter();
                    if (rows.stream().noneMatch(row -> row[ID].equals(id))) {
                        throw new Refusal(Refusal.error(
                                ErrorClass.NOT_FOUND, "No statement by this id runs for this caller, or no longer"));
                    }
                    desk.ask(exchange, principal, QueryRequest.of("KILL QUERY " + id), 0, none -> cancelled(exchange));
                }));
    }

    private void own(Exchange exchange, Principal principal, StatementDesk.Answer answer) {
        boolean all = principal.permissions().contains(PermissionClass.ADMIN);
        desk.ask(
                exchange,
                principal,
                QueryRequest.of(LIST),
                MAX_ROWS,
                rows -> answer.take(rows.stream()
                        .filter(row -> row[STATE].equals("running"))
                        .filter(row -> all || row[USER].equals(principal.user()))
                        .filter(row -> row[STATEMENT] == null || !row[STATEMENT].startsWith(LIST))
                        .toList()));
    }

    private static void cancelled(Exchange exchange) {
        var body = exchange.channel().alloc().buffer(128);
        JsonOutput.raw(body, "{\"id\":");
        JsonOutput.string(body, exchange.parameter());
        JsonOutput.raw(body, ",\"meta\":{\"requestId\":");
        JsonOutput.string(body, exchange.requestId());
        JsonOutput.raw(body, "},\"success\":true}");
        exchange.respond(HttpResponseStatus.OK, "application/json", body);
    }
}
