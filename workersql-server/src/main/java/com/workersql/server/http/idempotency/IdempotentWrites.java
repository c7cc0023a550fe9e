// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.router.ParameterValue;
import com.workersql.router.PermissionClass;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.BatchRequest;
import com.workersql.server.http.query.KeptOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.TextRows;
import com.workersql.server.http.session.Script;
import com.workersql.server.http.session.StatementDesk;
import com.workersql.server.session.Principal;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs writes that have an Idempotency-Key. The key goes into a table of the tenant's database first; a second request with it
 * waits there for the first one's transaction, wherever it runs, and gets its answer. Safe for all threads.
 */
public final class IdempotentWrites {
    private static final String TABLE = "workersql_idempotency";
    private static final String CREATE = "CREATE TABLE IF NOT EXISTS " + TABLE
            + " (id CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,"
            + " payload CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
            + " answer LONGTEXT CHARACTER SET utf8mb4,"
            + " created TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), KEY created (created)) ENGINE=InnoDB";
    static final String INSERT = "INSERT INTO " + TABLE + " (id, payload) VALUES (?, ?)";
    static final String ANSWER = "UPDATE " + TABLE + " SET answer = ? WHERE id = ?";
    /** A replica may not have it yet, and would have it said that the write took no effect. */
    private static final String FIND = "/*+ strong */ SELECT payload, answer FROM " + TABLE + " WHERE id = ?";

    private static final String CLEAN =
            "DELETE FROM " + TABLE + " WHERE created < CURRENT_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT 1000";

    private final StatementDesk desk;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Cache<String, Boolean> cleaned = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    /**
     * Writes.
     *
     * @param desk runs the statements
     */
    public IdempotentWrites(StatementDesk desk) {
        this.desk = desk;
    }

    /**
     * Runs a statement once, where the request has a key and the statement changes something.
     *
     * @param exchange the request
     * @param principal who asks
     * @param query the statement
     * @return false when it is to run as any other
     * @throws Refusal when the key is malformed, or the statement cannot be taken back
     */
    public boolean take(Exchange exchange, Principal principal, QueryRequest query) throws Refusal {
        var key = IdempotencyKey.of(exchange, principal, "query");
        if (key == null || FirstWord.reads(query.sql())) {
            return false;
        }
        check(query);
        run(new Attempt(exchange, principal, key, List.of(query), List.of(), false));
        return true;
    }

    /**
     * Runs a batch once, where the request has a key.
     *
     * @param exchange the request
     * @param principal who asks
     * @param batch the statements
     * @return false when it is to run as any other
     * @throws Refusal when the key is malformed, or the batch cannot be taken back as a whole
     */
    public boolean take(Exchange exchange, Principal principal, BatchRequest batch) throws Refusal {
        var key = IdempotencyKey.of(exchange, principal, "batch");
        if (key == null || batch.queries().isEmpty()) {
            return false;
        }
        if (!batch.transaction()) {
            throw Refusal.malformed("Idempotency-Key is for a batch with \"transaction\": true");
        }
        var queries = new ArrayList<QueryRequest>();
        var ids = new ArrayList<String>();
        for (var item : batch.queries()) {
            if (!FirstWord.reads(item.request().sql())) {
                check(item.request());
            }
            queries.add(item.request());
            ids.add(item.id() == null ? "" : item.id());
        }
        run(new Attempt(exchange, principal, key, queries, ids, true));
        return true;
    }

    /**
     * Refuses a key where it would be of no effect.
     *
     * @param exchange the request
     * @param principal who asks
     * @throws Refusal when there is one
     */
    public static void refuseKey(Exchange exchange, Principal principal) throws Refusal {
        if (IdempotencyKey.of(exchange, principal, "none") != null) {
            throw Refusal.malformed("Idempotency-Key is not for requests within a transaction");
        }
    }

    private static void check(QueryRequest query) throws Refusal {
        if (!FirstWord.writesRows(query.sql())) {
            throw new Refusal(Refusal.error(
                    ErrorClass.SEMANTIC,
                    "Idempotency-Key is for INSERT, UPDATE, DELETE and REPLACE, which can be taken back"));
        }
    }

    /** One request with its key. Confined to the exchange's event loop. */
    private record Attempt(
            Exchange exchange,
            Principal principal,
            IdempotencyKey key,
            List<QueryRequest> queries,
            List<String> ids,
            boolean batch) {
        String mark() {
            return principal.identity() + "\0" + key.id();
        }
    }

    private void run(Attempt attempt) throws Refusal {
        if (!running.add(attempt.mark())) {
            throw new Refusal(new GatewayError(
                    1205,
                    "HY000",
                    "A request with this Idempotency-Key is still running; try again",
                    ErrorClass.CONFLICT,
                    Outcome.NOT_EXECUTED));
        }
        write(attempt, true);
    }

    private void write(Attempt attempt, boolean mayCreate) {
        var script = new WriteScript(
                attempt.key(),
                attempt.queries(),
                attempt.ids(),
                attempt.batch(),
                desk.settings().heldAnswerBytes());
        desk.runAlone(attempt.exchange(), attempt.principal(), script, () -> {
            if (attempt.exchange().isOver()) {
                running.remove(attempt.mark());
            } else if (script.lacksTable() && mayCreate) {
                aside(attempt, request(CREATE), null, () -> write(attempt, false));
            } else if (script.isRepetition()) {
                replay(attempt);
            } else {
                running.remove(attempt.mark());
                answer(attempt, script);
            }
        });
    }

    private void answer(Attempt attempt, WriteScript script) {
        if (script.error() != null) {
            attempt.exchange().refuse(script.error());
            return;
        }
        send(attempt.exchange(), script.answer());
        if (cleaned.asMap().putIfAbsent(attempt.principal().identity(), Boolean.TRUE) == null) {
            runAside(attempt, request(CLEAN), null, new KeptOutput(0), () -> {});
        }
    }

    private static void send(Exchange exchange, String json) {
        exchange.timing("db");
        exchange.respond(HttpResponseStatus.OK, "application/json", json);
    }

    private void replay(Attempt attempt) {
        var found = new ArrayList<String[]>();
        var find = request(FIND, new ParameterValue.Text(attempt.key().id()));
        aside(attempt, find, found, () -> {
            running.remove(attempt.mark());
            var exchange = attempt.exchange();
            var row = found.isEmpty() ? null : found.get(0);
            if (row == null || row[1] == null) {
                exchange.refuse(new GatewayError(
                        1205,
                        "HY000",
                        "The request with this Idempotency-Key has just ended without effect; try again",
                        ErrorClass.CONFLICT,
                        Outcome.NOT_EXECUTED));
            } else if (!row[0].equals(attempt.key().payload())) {
                exchange.refuse(Refusal.error(
                        ErrorClass.SEMANTIC, "This Idempotency-Key was used for a request with another body"));
            } else {
                exchange.header("idempotency-replayed", "true");
                send(exchange, row[1]);
            }
        });
    }

    /** Runs a statement of the gateway's own in another session; its failure is the answer to the request. */
    private void aside(Attempt attempt, QueryRequest request, List<String[]> rows, Runnable then) {
        var output = new KeptOutput(0);
        runAside(attempt, request, rows, output, () -> {
            if (attempt.exchange().isOver() || output.error() != null) {
                running.remove(attempt.mark());
            }
            if (output.error() != null) {
                attempt.exchange().refuse(output.error());
            } else if (!attempt.exchange().isOver()) {
                then.run();
            }
        });
    }

    private void runAside(
            Attempt attempt, QueryRequest request, List<String[]> rows, KeptOutput output, Runnable ended) {
        var format = TextRows.format(1, found -> {
            if (rows != null) {
                rows.addAll(found);
            }
        });
        // The table is the gateway's: whoever may write need not be allowed to define tables.
        var principal = attempt.principal()
                .withPermissions(EnumSet.of(PermissionClass.READ, PermissionClass.WRITE, PermissionClass.DDL));
        var script = Script.of(new Script.Step(request, format, output), () -> true);
        desk.runAlone(attempt.exchange(), principal, script, ended);
    }

    static QueryRequest request(String sql, ParameterValue... values) {
        return new QueryRequest(sql, new QueryRequest.Positional(List.of(values)), 0, false, null);
    }
}
