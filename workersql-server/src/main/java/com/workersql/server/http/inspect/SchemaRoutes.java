// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.inspect;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.session.StatementDesk;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code GET /v1/schema} and {@code /v1/schema/{table}}: the tables of the caller's schema, and the columns of one. */
public final class SchemaRoutes {
    private static final int MAX_ROWS = 10_000;
    private static final int MAX_NAME_CHARS = 64;

    private final StatementDesk desk;

    /**
     * The routes.
     *
     * @param desk asks the shard
     */
    public SchemaRoutes(StatementDesk desk) {
        this.desk = desk;
    }

    /**
     * The tables and views.
     *
     * @param exchange the request
     */
    public void tables(Exchange exchange) {
        desk.serve(
                exchange,
                principal -> desk.ask(
                        exchange,
                        principal,
                        QueryRequest.of("SHOW FULL TABLES"),
                        MAX_ROWS,
                        rows -> RowObjects.answer(exchange, "tables", List.of("name", "type"), rows)));
    }

    /**
     * The columns of the table that the path names.
     *
     * @param exchange the request
     */
    public void columns(Exchange exchange) {
        desk.serve(
                exchange,
                principal -> desk.ask(
                        exchange,
                        principal,
                        QueryRequest.of("SHOW FULL COLUMNS FROM " + quoted(exchange.parameter())),
                        MAX_ROWS,
                        // Field, Type, Collation, Null, Key, Default, Extra, Privileges, Comment
                        rows -> RowObjects.answer(
                                exchange,
                                "columns",
                                List.of(
                                        "name",
                                        "type",
                                        "collation",
                                        "nullable",
                                        "key",
                                        "default",
                                        "extra",
                                        "",
                                        "comment"),
                                rows)));
    }

    private static String quoted(String segment) throws Refusal {
        String name;
        try {
            name = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.malformed("the name of the table has a percent sign that escapes nothing");
        }
        boolean hasControls = name.chars().anyMatch(c -> Character.isISOControl(c) || c == 0xFFFD);
        if (name.length() > MAX_NAME_CHARS || hasControls) {
            throw Refusal.malformed("the name of the table is none: up to " + MAX_NAME_CHARS + " characters");
        }
        return "`" + name.replace("`", "``") + "`";
    }
}
